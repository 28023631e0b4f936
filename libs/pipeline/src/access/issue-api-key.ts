import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { Authority } from '@voxpersona/domain';
import { Position } from '@voxpersona/event-store';
import { RequestContext } from '../commands/request-context';
import { answerLost } from './answer-lost';
import { IssuedSecrets } from './issued-secrets';
import { isRecorded, MadeApiKey, makeApiKey, WantedApiKey } from './make-api-key';
import { WorkspaceAnswer, Workspaces } from './workspaces';

export interface IssuedApiKey {
  keyId: string;
  /** The whole key, `vox_<key id>_<secret>`. Only its hash is stored. */
  apiKey: string;
  position: Position;
}

/** Makes an API key for a member. Repeated, it gives the same key again. Rejects with `CommandRefused`. */
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
  constructor(
    private readonly workspaces: Workspaces,
    private readonly secrets: IssuedSecrets,
  ) {}

  async execute({ ownerId, by, memberId, wanted, request }: IssueApiKey): Promise<IssuedApiKey> {
    const type = 'IssueApiKey';
    const made = makeApiKey(this.secrets, this.workspaces.commandIdOf(ownerId, type, request), wanted);
    const now = new Date().toISOString();
    const command = { type, by, memberId, key: made.recorded, now } as const;
    return issuedKey(made, await this.workspaces.ask(ownerId, command, request));
  }
}

/**
 * @param advice what to do when the key cannot be shown
 * @throws CommandRefused `answer_lost`
 */
export function issuedKey(
  made: MadeApiKey,
  { state, position }: WorkspaceAnswer,
  advice = 'Revoke the key that was made, and make another.',
): IssuedApiKey {
  if (!isRecorded(made, state)) throw answerLost(advice);
  return { keyId: made.recorded.keyId, apiKey: made.apiKey, position };
}
