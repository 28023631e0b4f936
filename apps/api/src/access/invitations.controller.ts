import { Body, Controller, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ENVIRONMENT } from '@voxpersona/composition';
import { Identified } from '@voxpersona/domain';
import { AcceptInvitation, InviteMember, RequestContext, Workspaces } from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import { InvitationView, ListInvitations } from '@voxpersona/projections';
import { Request, Response } from 'express';
import { authorityOf, Caller, Owner, Requested } from '../auth/caller';
import { KeyCheck } from '../auth/key-check';
import { formatCursor, parseCursor } from '../contract/cursor';
import { Handles } from '../contract/handles';
import { publicUrl } from '../http/public-url';
import { pending, ReadAfter } from '../http/read-after';
import { requestIdOf } from '../http/request-id';
import { validate, validateId, validateQuery } from '../http/validate';
import { BotName } from '../telegram/bot-name';
import { acceptInvitation, inviteMember, listInvitations, revokeInvitation } from './access.routes';

const SORT = '-invited';

@Controller()
export class InvitationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly workspaces: Workspaces,
    private readonly keys: KeyCheck,
    private readonly readAfter: ReadAfter,
    private readonly botName: BotName,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Handles(listInvitations)
  async list(
    @Owner() owner: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { limit, cursor, after } = validateQuery(listInvitations.query, query);
    const notYet = await this.readAfter.wait(after, ['invitations']);
    if (notYet) return pending(response, notYet);
    const page = { owner, limit, after: parseCursor(cursor, SORT) };
    const { rows, next } = await this.queries.execute(new ListInvitations(page));
    const now = new Date().toISOString();
    return { invitations: rows.map((row) => toResource(row, now)), next: formatCursor(next, SORT) };
  }

  @Handles(inviteMember)
  async invite(
    @Caller() caller: Identified,
    @Requested() requested: RequestContext,
    @Body() body: unknown,
    @Req() request: Request,
  ): Promise<object> {
    const { role, validHours } = validate(inviteMember.body.schema, body, 'body');
    const { invitationId, token, telegramPayload, expiresAt, position } = await this.commands.execute(
      new InviteMember(caller.ownerId, authorityOf(caller), role, validHours * 3_600, requested),
    );
    // Behind the #, which browsers send to no server: the token is in no log on the way.
    const link = `${publicUrl(this.environment, request)}/join#${token}`;
    const telegramLink = telegramPayload === null ? null : await this.botName.linkWith(telegramPayload);
    const shown = { id: invitationId, role, expiresAt, token, link, telegramLink };
    return { ...shown, position: await this.readAfter.token(position) };
  }

  @Handles(revokeInvitation)
  async revoke(
    @Caller() caller: Identified,
    @Requested() requested: RequestContext,
    @Param('id') id: string,
  ): Promise<object> {
    const invitationId = validateId(id);
    const command = { type: 'RevokeInvitation' as const, by: authorityOf(caller), invitationId };
    const { position } = await this.workspaces.ask(caller.ownerId, command, requested);
    return { id: invitationId, position: await this.readAfter.token(position) };
  }

  @Handles(acceptInvitation)
  async accept(@Body() body: unknown, @Req() request: Request): Promise<object> {
    const { token, name } = validate(acceptInvitation.body.schema, body, 'body');
    const accepted = await this.commands.execute(new AcceptInvitation(token, name, requestIdOf(request)));
    const { ownerId, workspaceName, memberId, role, keyId, apiKey } = accepted;
    this.keys.remember(keyId, ownerId);
    const position = await this.readAfter.token(accepted.position);
    return { workspace: { id: ownerId, name: workspaceName }, memberId, role, keyId, apiKey, position };
  }
}

function toResource(row: InvitationView, now: string): object {
  const { id, role, status, invitedAt, invitedBy, expiresAt, memberId } = row;
  const current = status === 'open' && expiresAt <= now ? 'expired' : status;
  return { id, role, status: current, invitedAt, invitedBy, expiresAt, memberId };
}
