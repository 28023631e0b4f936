import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { Authority } from '@voxpersona/domain';
import { CommandRefused } from '../commands/command-refused';
import { RequestContext } from '../commands/request-context';
import { IssuedApiKey, issuedKey } from './issue-api-key';
import { IssuedSecrets } from './issued-secrets';
import { makeApiKey } from './make-api-key';
import { Workspaces } from './workspaces';

/**
 * Replaces a key by a new one with the same label, scopes and expiry. The old key works for `graceSeconds` more.
 * Repeated, it gives the same new key again. Rejects with `CommandRefused`.
 */
export class RotateApiKey extends Command<IssuedApiKey & { validUntil: string }> {
  constructor(
    readonly ownerId: string,
    readonly by: Authority,
    readonly keyId: string,
    readonly graceSeconds: number,
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(RotateApiKey)
export class RotateApiKeyHandler implements ICommandHandler<RotateApiKey> {
  constructor(
    private readonly workspaces: Workspaces,
    private readonly secrets: IssuedSecrets,
  ) {}

  async execute(command: RotateApiKey): Promise<IssuedApiKey & { validUntil: string }> {
    const { ownerId, by, keyId, graceSeconds, request } = command;
    const type = 'RotateApiKey';
    const before = (await this.workspaces.read(ownerId)).keys[keyId];
    if (!before)
      throw new CommandRefused({ code: 'key_not_found', message: 'There is no such key of yours.' });
    const { label, scopes, expiresAt } = before;
    const commandId = this.workspaces.commandIdOf(ownerId, type, request);
    const made = makeApiKey(this.secrets, commandId, { label, scopes, expiresAt });
    const now = Date.now();
    const answer = await this.workspaces.ask(
      ownerId,
      {
        type,
        by,
        keyId,
        replacement: made.recorded,
        now: new Date(now).toISOString(),
        validUntil: new Date(now + graceSeconds * 1_000).toISOString(),
      },
      request,
    );
    const validUntil = answer.state.keys[keyId]?.expiresAt ?? new Date(now).toISOString();
    return { ...issuedKey(made, answer), validUntil };
  }
}
