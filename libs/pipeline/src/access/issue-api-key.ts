import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { Authority, NewApiKey, Scope } from '@voxpersona/domain';
import { Position } from '@voxpersona/event-store';
import { randomBytes } from 'node:crypto';
import { CommandRefused } from '../commands/command-refused';
import { RequestContext } from '../commands/request-context';
import { formatApiKey, makeSecret } from './secrets';
import { WorkspaceAnswer, Workspaces } from './workspaces';

export interface IssuedApiKey {
  keyId: string;
  /** The whole key, `vox_<key id>_<secret>`: shown once and kept nowhere. */
  apiKey: string;
  position: Position;
}

/** What a new key is for. Times are ISO 8601, UTC. */
export interface WantedApiKey {
  label: string;
  /** Null: all that the member may do. */
  scopes: readonly Scope[] | null;
  /** Null: it does not end by itself. */
  expiresAt: string | null;
}

/** A key that is not recorded yet. */
export interface MadeApiKey {
  apiKey: string;
  recorded: NewApiKey;
}

export function makeApiKey(wanted: WantedApiKey): MadeApiKey {
  const keyId = randomBytes(9).toString('hex');
  const { secret, secretSha256 } = makeSecret();
  return { apiKey: formatApiKey({ keyId, secret }), recorded: { keyId, ...wanted, secretSha256 } };
}

/**
 * @throws CommandRefused when this very command was carried out before: the key of then cannot be shown again
 */
export function issued({ apiKey, recorded }: MadeApiKey, { state, position }: WorkspaceAnswer): IssuedApiKey {
  const { keyId } = recorded;
  if (Object.hasOwn(state.keys, keyId)) return { keyId, apiKey, position };
  const message =
    'This was done already, but its answer is lost. Revoke the key that was made, and make another.';
  throw new CommandRefused({ code: 'answer_lost', message });
}

/** Makes an API key for a member. Rejects with `CommandRefused`. */
export class IssueApiKey extends Command<IssuedApiKey> {
  constructor(
    readonly ownerId: string,
    readonly by: Authority,
    readonly memberId: string,
    readonly wanted: WantedApiKey,
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(IssueApiKey)
export class IssueApiKeyHandler implements ICommandHandler<IssueApiKey> {
  constructor(private readonly workspaces: Workspaces) {}

  async execute({ ownerId, by, memberId, wanted, request }: IssueApiKey): Promise<IssuedApiKey> {
    const made = makeApiKey(wanted);
    const now = new Date().toISOString();
    const command = { type: 'IssueApiKey' as const, by, memberId, key: made.recorded, now };
    return issued(made, await this.workspaces.ask(ownerId, command, request));
  }
}
