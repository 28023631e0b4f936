import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, UploadLink, uploadLinkDecider } from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
import { IssuedSecrets } from '../access/issued-secrets';
import { formatUploadLink } from '../access/secrets';
import { CommandRefused } from '../commands/command-refused';
import { commandContext, RequestContext } from '../commands/request-context';

export interface IssuedUploadLink {
  linkId: string;
  /** Allows one upload, see `formatUploadLink`. Only the hash of its secret is stored. */
  token: string;
  /** ISO 8601, UTC. */
  expiresAt: string;
  position: Position;
}

/** Whose recording will come by the link, and what is to be made of it. */
export type NewUploadLink = Omit<UploadLink, 'linkId' | 'secretSha256' | 'expiresAt'>;

/**
 * Makes a link by which one recording can be sent in a member's name. Repeated, it gives the same link again. Whether
 * the member may upload is checked when the link is used; the sender of this command checks who may ask for one. Rejects
 * with `CommandRefused`.
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
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly secrets: IssuedSecrets,
  ) {}

  async execute({ link, validSeconds, request, notAfter }: IssueUploadLink): Promise<IssuedUploadLink> {
    const context = commandContext(request, 'issue-upload-link', link.owner, link.memberId);
    const { linkId, secret, secretSha256 } = this.secrets.uploadLink(context.commandId);
    const until = new Date(Date.now() + validSeconds * 1_000).toISOString();
    const expiresAt = notAfter !== null && notAfter < until ? notAfter : until;
    const answer = await this.actors.ask(
      uploadLinkDecider,
      linkId,
      { type: 'IssueUploadLink', link: { ...link, linkId, secretSha256, expiresAt } },
      context,
    );
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    const recorded = answer.state.link;
    if (recorded?.secretSha256 !== secretSha256) throw new Error(`Link ${linkId} has another secret`);
    return {
      linkId,
      token: formatUploadLink({ linkId, secret }),
      // Of the first time, when this is a repetition.
      expiresAt: recorded.expiresAt,
      position: answer.position,
    };
  }
}
