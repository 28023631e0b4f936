import { Controller, Inject, Req, Res } from '@nestjs/common';
import { ENVIRONMENT } from '@voxpersona/composition';
import { deriveId, LINK_USED, Original, UploadLink } from '@voxpersona/domain';
import {
  AdmittedUpload,
  CommandRefused,
  hashSecret,
  parseUploadLink,
  ShownUploadLink,
  UploadLinks,
} from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import { Request, Response } from 'express';
import { RateLimits } from '../auth/rate-limits';
import { PUBLIC, rightsOf } from '../auth/route-rights';
import { uploadTokenOf } from '../auth/upload-token';
import { Handles } from '../contract/handles';
import { routeName } from '../contract/route';
import { Problem } from '../http/problem';
import { ReadAfter } from '../http/read-after';
import { renameRequest, requestIdOf } from '../http/request-id';
import { MULTIPART_OVERHEAD_BYTES, WaitingUpload } from '../recordings/receive-upload';
import { uploadRecording } from '../recordings/recordings.routes';
import { DEFAULT_SCENARIO, UploadFields } from '../recordings/upload-fields';
import { LongestFile, outcomeOfUpload, statusOfUpload, UploadIntake } from '../recordings/upload-intake';
import { readUploadLink, sendByUploadLink } from './upload-links.routes';

/** What somebody does who has an upload link, and no key. */
@Controller()
export class LinkUploadController {
  constructor(
    private readonly links: UploadLinks,
    private readonly intake: UploadIntake,
    private readonly limits: RateLimits,
    private readonly readAfter: ReadAfter,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Handles(readUploadLink)
  async status(@Req() request: Request): Promise<object> {
    const { expiresAt } = await this.links.open(await this.shown(request)).catch(this.counted(request));
    const { MAX_UPLOAD_BYTES: maxBytes, MAX_AUDIO_HOURS: maxHours } = this.environment;
    return { expiresAt, maxBytes, maxHours };
  }

  @Handles(sendByUploadLink)
  async use(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<unknown> {
    const shown = await this.shown(request);
    const admit = async (): Promise<AdmittedUpload> => {
      const admitted = await this.links.admit(shown).catch(this.counted(request));
      if (admitted.usedFor && !mayHold(request, admitted.usedFor)) throw new CommandRefused(LINK_USED);
      return admitted;
    };
    const accept = async (received: WaitingUpload, id: string, admitted: AdmittedUpload): Promise<object> => {
      const { link, usedFor } = admitted;
      const { owner, memberId: member, linkId } = link;
      const { key, sha256 } = received.stored;
      if (usedFor && usedFor.sha256 !== sha256) await this.intake.refuse(key, new CommandRefused(LINK_USED));
      const actor = { kind: 'upload-link' as const, id: linkId, owner, member };
      // The same audio by the same link is the same request: sent again, it is recognised by the log.
      renameRequest(request, response, deriveId('upload-by-link', linkId, sha256));
      const requested = { requestId: requestIdOf(request), actor };
      const answer = await this.intake.record(received, id, owner, () => fieldsOf(link), requested, shown);
      response.status(statusOfUpload(answer));
      const position = await this.readAfter.token(answer.position);
      return { id: answer.recordingId, ...outcomeOfUpload(answer), position };
    };
    const longest = ({ usedFor }: AdmittedUpload): LongestFile | undefined =>
      usedFor ? { bytes: usedFor.sizeBytes, refusal: new CommandRefused(LINK_USED) } : undefined;
    return this.intake.take(request, response, { fields: [], admit, accept, longest });
  }

  /** @throws Problem 404 for what cannot be a link of ours, which counts as a wrong key does */
  private async shown(request: Request): Promise<ShownUploadLink> {
    const parts = parseUploadLink(uploadTokenOf(request) ?? '');
    if (!parts) {
      await this.limits.ofWrongKey(request);
      throw new Problem('upload-link-not-found', 'There is no such upload link. Copy the whole link.');
    }
    // By a link comes what comes by a key, and by nobody who may not send it so.
    const right = rightsOf(routeName(uploadRecording));
    if (right === PUBLIC) throw new Error('To upload takes a right');
    const { linkId, secret } = parts;
    return { linkId, secretSha256: hashSecret(secret), now: new Date().toISOString(), right };
  }

  private counted(request: Request): (error: unknown) => Promise<never> {
    return async (error) => {
      const isWrong = error instanceof CommandRefused && error.refusal.code === 'link_not_found';
      if (isWrong) await this.limits.ofWrongKey(request);
      throw error;
    };
  }
}

/** Whether a request can be the file of a used link: its body is a little longer than that, and never shorter. */
function mayHold(request: Request, { sizeBytes }: Original): boolean {
  const declared = request.get('content-length');
  if (declared === undefined) return true;
  return Number(declared) > sizeBytes && Number(declared) <= sizeBytes + MULTIPART_OVERHEAD_BYTES;
}

function fieldsOf({ scenario, language, channels, reports }: UploadLink): UploadFields {
  return { scenario: scenario ?? DEFAULT_SCENARIO, language, channels, details: {}, reports };
}
