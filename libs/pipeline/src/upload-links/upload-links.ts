import { Injectable } from '@nestjs/common';
import {
  chatDecider,
  denialOfMember,
  DomainEvent,
  recordingDecider,
  refusalOfUploadLink,
  Right,
  ShownSecret,
  UploadLink,
  uploadLinkDecider,
  UploadLinkState,
  LINK_USED,
  Original,
} from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { Workspaces } from '../access/workspaces';
import { CommandRefused } from '../commands/command-refused';
import { commandContext, RequestContext } from '../commands/request-context';
import { Originals } from '../originals';

/** An upload link as somebody shows it who would upload. */
export interface ShownUploadLink extends ShownSecret {
  linkId: string;
  /** What its member must have to upload. */
  right: Right;
}

/** What an upload link lets somebody send. */
export interface AdmittedUpload {
  link: UploadLink;
  /** The audio that the link was used for: only this may come again. Null: it was not used, and takes any audio. */
  usedFor: Original | null;
}

/** Tells whether upload links are good, and uses them up. */
@Injectable()
export class UploadLinks {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly workspaces: Workspaces,
    private readonly originals: Originals,
  ) {}

  /** The link, if it is good for a new recording at this moment, by the log itself. @throws CommandRefused */
  async open(shown: ShownUploadLink): Promise<UploadLink> {
    const { link, usedFor } = await this.admit(shown);
    if (usedFor && (await this.originals.inspect(usedFor)) === 'intact') throw new CommandRefused(LINK_USED);
    return link;
  }

  /**
   * Admits an upload. A link that was used admits the audio that it was used for once more: its sender may not have learned
   * the outcome, and a recording that has lost its audio gets it back so.
   *
   * @throws CommandRefused
   */
  async admit(shown: ShownUploadLink): Promise<AdmittedUpload> {
    const { state } = await this.actors.read(uploadLinkDecider, shown.linkId);
    const link = await this.good({ ...state, use: null }, shown);
    if (!state.use) return { link, usedFor: null };
    const { state: recording } = await this.actors.read(recordingDecider, state.use.recordingId);
    // An upload that died before there was a recording.
    if (recording.phase === 'absent') return { link, usedFor: null };
    if (recording.phase === 'erased') throw new CommandRefused(LINK_USED);
    return { link, usedFor: recording.original };
  }

  /**
   * Closes the link for all but this recording; the recording may be made after that.
   *
   * @throws CommandRefused when another upload was first, or the link is no longer good
   */
  async use(
    shown: ShownUploadLink,
    what: { recordingId: string; duplicate: boolean },
    request: RequestContext,
  ): Promise<void> {
    const { linkId, secretSha256, now } = shown;
    const command = { type: 'UseUploadLink' as const, secretSha256, now, ...what };
    // Much may have happened while the file came in.
    const { state } = await this.actors.read(uploadLinkDecider, linkId);
    await this.good({ ...state, use: null }, shown);
    const context = commandContext(request, 'use-upload-link', linkId);
    const answer = await this.actors.ask(uploadLinkDecider, linkId, command, context);
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
  }

  /** Whoever was offered it in a chat wants nothing to come of that file any more; asked of the chat, which knows it first. */
  private async isWithdrawn({ link }: UploadLinkState): Promise<boolean> {
    if (link?.origin.kind !== 'telegram') return false;
    const { chatId, intakeId } = link.origin;
    const { state: chat } = await this.actors.read(chatDecider, chatId);
    return chat.phase === 'open' && chat.intakes[intakeId]?.status === 'withdrawn';
  }

  /** The secret is right, the time not over, and the member may still upload. @throws CommandRefused */
  private async good(state: UploadLinkState, shown: ShownUploadLink): Promise<UploadLink> {
    const revoked = state.revoked || (await this.isWithdrawn(state));
    const refusal = refusalOfUploadLink({ ...state, revoked }, shown);
    if (refusal) throw new CommandRefused(refusal);
    const { link } = state;
    if (link) {
      const denial = denialOfMember(await this.workspaces.read(link.owner), link.memberId, shown.right);
      if (!denial) return link;
    }
    throw new CommandRefused({
      code: 'link_maker_denied',
      message: 'Whoever made this link may no longer upload. Ask somebody else for one.',
    });
  }
}
