import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { Authority } from '@voxpersona/domain';
import { CommandRefused } from '../commands/command-refused';
import { RequestContext } from '../commands/request-context';
import { IssuedApiKey, issued, makeApiKey } from './issue-api-key';
import { Workspaces } from './workspaces';

/**
 * Puts a new key with the same label, scopes and end in the place of one, which goes on working for a while. Rejects
 * with `CommandRefused`.
 */
export class RotateApiKey extends Command<IssuedApiKey & { validUntil: string }> {
  constructor(
    readonly ownerId: string,
    readonly by: Authority,
    readonly keyId: string,
    /** How long the old key goes on. */
    readonly graceSeconds: number,
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(RotateApiKey)
export class RotateApiKeyHandler implements ICommandHandler<RotateApiKey> {
  constructor(private readonly workspaces: Workspaces) {}

  async execute(command: RotateApiKey): Promise<IssuedApiKey & { validUntil: string }> {
    const { ownerId, by, keyId, graceSeconds, request } = command;
    const before = (await this.workspaces.read(ownerId)).keys[keyId];
    if (!before)
      throw new CommandRefused({ code: 'key_not_found', message: 'There is no such key of yours.' });
    const { label, scopes, expiresAt } = before;
    const made = makeApiKey({ label, scopes, expiresAt });
    const now = new Date();
    const answer = await this.workspaces.ask(
      ownerId,
      {
        type: 'RotateApiKey',
        ...{ by, keyId, replacement: made.recorded, now: now.toISOString() },
        validUntil: new Date(now.getTime() + graceSeconds * 1_000).toISOString(),
      },
      request,
    );
    const validUntil = answer.state.keys[keyId]?.expiresAt ?? now.toISOString();
    return { ...issued(made, answer), validUntil };
  }
}
