import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Identified } from '@voxpersona/domain';
import {
  ApiKeyUses,
  IssueApiKey,
  IssuedApiKey,
  RequestContext,
  RotateApiKey,
  Workspaces,
} from '@voxpersona/pipeline';
import { ApiKeyView, ListApiKeys } from '@voxpersona/projections';
import { Response } from 'express';
import { authorityOf, Caller, Requested } from '../auth/caller';
import { KeyCheck } from '../auth/key-check';
import { CursorShape, formatCursor, parseCursor } from '../contract/cursor';
import { Handles } from '../contract/handles';
import { pending, ReadAfter } from '../http/read-after';
import { Problem } from '../http/problem';
import { validate, validateQuery } from '../http/validate';
import { issueKey, listKeys, revokeKey, rotateKey } from './access.routes';

const SORT = '-created';
const KEY_ID = /^[0-9a-f]{1,64}$/;
const BY_KEY: CursorShape = { id: KEY_ID, value: /^\d{1,18}$/ };

@Controller()
export class KeysController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly workspaces: Workspaces,
    private readonly uses: ApiKeyUses,
    private readonly keys: KeyCheck,
    private readonly readAfter: ReadAfter,
  ) {}

  @Handles(listKeys)
  async list(
    @Caller() { ownerId: owner, memberId, role }: Identified,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { limit, cursor, after } = validateQuery(listKeys.query, query);
    const notYet = await this.readAfter.wait(after, ['api-keys']);
    if (notYet) return pending(response, notYet);
    const page = { owner, limit, after: parseCursor(cursor, SORT, BY_KEY) };
    const onlyOwn = role === 'analyst' ? memberId : null;
    const { rows, next } = await this.queries.execute(new ListApiKeys(page, onlyOwn));
    const uses = await this.uses.lastUsed(rows.map((row) => row.id));
    return { keys: rows.map((row) => toResource(row, uses.get(row.id))), next: formatCursor(next, SORT) };
  }

  @Handles(issueKey)
  async issue(
    @Caller() caller: Identified,
    @Requested() requested: RequestContext,
    @Body() body: unknown,
  ): Promise<object> {
    const { label, scopes, expiresAt } = validate(issueKey.body.schema, body, 'body');
    const ends = expiresAt === null ? null : new Date(expiresAt).toISOString();
    if (ends !== null && ends <= new Date().toISOString()) {
      throw new Problem('invalid-request', 'expiresAt: must be in the future');
    }
    const { ownerId, memberId } = caller;
    const wanted = { label, scopes, expiresAt: ends };
    return this.toAnswer(
      ownerId,
      await this.commands.execute(new IssueApiKey(ownerId, authorityOf(caller), memberId, wanted, requested)),
    );
  }

  @Handles(rotateKey)
  async rotate(
    @Caller() caller: Identified,
    @Requested() requested: RequestContext,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<object> {
    const { graceSeconds } = validate(rotateKey.body.schema, body, 'body');
    const rotated = await this.commands.execute(
      new RotateApiKey(caller.ownerId, authorityOf(caller), keyIdOf(id), graceSeconds, requested),
    );
    return {
      ...(await this.toAnswer(caller.ownerId, rotated)),
      replaces: { id, validUntil: rotated.validUntil },
    };
  }

  @Handles(revokeKey)
  async revoke(
    @Caller() caller: Identified,
    @Requested() requested: RequestContext,
    @Param('id') id: string,
  ): Promise<object> {
    const command = { type: 'RevokeApiKey' as const, by: authorityOf(caller), keyId: keyIdOf(id) };
    const { position } = await this.workspaces.ask(caller.ownerId, command, requested);
    return { id, position: await this.readAfter.token(position) };
  }

  private async toAnswer(ownerId: string, { keyId, apiKey, position }: IssuedApiKey): Promise<object> {
    this.keys.remember(keyId, ownerId);
    return { id: keyId, apiKey, position: await this.readAfter.token(position) };
  }
}

function keyIdOf(id: string): string {
  if (KEY_ID.test(id)) return id;
  throw new Problem('not-found', 'There is no such key of yours.');
}

function toResource(row: ApiKeyView, lastUsedAt: string | undefined): object {
  const { id, memberId, label, scopes, createdAt, expiresAt, revokedAt, replacedBy } = row;
  return {
    ...{ id, memberId, label, scopes, createdAt, expiresAt, revokedAt, replacedBy },
    lastUsedAt: lastUsedAt ?? null,
  };
}
