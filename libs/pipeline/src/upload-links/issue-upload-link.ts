import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, UploadLink, uploadLinkDecider } from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
import { randomUUID } from 'node:crypto';
import { formatUploadLink, makeSecret } from '../access/secrets';
import { CommandRefused } from '../commands/command-refused';
import { commandContext, RequestContext } from '../commands/request-context';

export interface IssuedUploadLink {
  linkId: string;
  /** What lets upload, see `formatUploadLink`: shown once and kept nowhere. */
  token: string;
  /** ISO 8601, UTC. */
  expiresAt: string;
  position: Position;
}

/** Whose recording will come by the link, and what is to be made of it. */
export type NewUploadLink = Omit<UploadLink, 'linkId' | 'secretSha256' | 'expiresAt'>;

/**
 * Makes a link by which one recording can be sent in a member's name. Whether the member may upload is asked when it is
 * used; who may ask for a link, whoever sends this command has to know. Rejects with `CommandRefused`.
 */
export class IssueUploadLink extends Command<IssuedUploadLink> {
  constructor(
    readonly link: NewUploadLink,
    readonly validSeconds: number,
    readonly request: RequestContext,
    /** ISO 8601, UTC: the link does not outlive the key that made it. Null: nothing ends sooner. */
    readonly notAfter: string | null = null,
  ) {
    super();
  }
}

@CommandHandler(IssueUploadLink)
export class IssueUploadLinkHandler implements ICommandHandler<IssueUploadLink> {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  async execute({ link, validSeconds, request, notAfter }: IssueUploadLink): Promise<IssuedUploadLink> {
    const linkId = randomUUID();
    const { secret, secretSha256 } = makeSecret();
    const until = new Date(Date.now() + validSeconds * 1_000).toISOString();
    const expiresAt = notAfter !== null && notAfter < until ? notAfter : until;
    const answer = await this.actors.ask(
      uploadLinkDecider,
      linkId,
      { type: 'IssueUploadLink', link: { ...link, linkId, secretSha256, expiresAt } },
      commandContext(request, 'issue-upload-link', linkId),
    );
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    return { linkId, token: formatUploadLink({ linkId, secret }), expiresAt, position: answer.position };
  }
}
