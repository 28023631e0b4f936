import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { accessDecider, DomainEvent, ownerIdOf } from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
import { createHash, randomBytes } from 'node:crypto';
import { CommandRefused } from './command-refused';
import { commandContext, RequestContext } from './request-context';

export interface IssuedApiKey {
  ownerId: string;
  keyId: string;
  /** The whole key, `vox_<key id>_<secret>`: shown once and kept nowhere. */
  apiKey: string;
  position: Position;
}

/** Makes an API key for an owner, who is registered on their first key. Rejects with `CommandRefused`. */
export class IssueApiKey extends Command<IssuedApiKey> {
  constructor(
    readonly ownerName: string,
    readonly label: string,
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(IssueApiKey)
export class IssueApiKeyHandler implements ICommandHandler<IssueApiKey> {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  async execute({ ownerName, label, request }: IssueApiKey): Promise<IssuedApiKey> {
    const keyId = randomBytes(9).toString('hex');
    const secret = randomBytes(32).toString('hex');
    const ownerId = ownerIdOf(ownerName);
    const secretSha256 = hashApiKeySecret(secret);
    const answer = await this.actors.ask(
      accessDecider,
      ownerId,
      { type: 'IssueApiKey', ownerName, keyId, label, secretSha256 },
      commandContext(request, 'issue-key', keyId),
    );
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    return { ownerId, keyId, apiKey: `vox_${keyId}_${secret}`, position: answer.position };
  }
}

/** A secret has 256 random bits: a plain hash cannot be searched, and costs nothing on every request. */
export function hashApiKeySecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
