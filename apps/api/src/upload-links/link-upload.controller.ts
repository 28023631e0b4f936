import { Controller, Inject, Req, Res } from '@nestjs/common';
import { ENVIRONMENT } from '@voxpersona/composition';
import { UploadLink } from '@voxpersona/domain';
import {
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
import { requestIdOf } from '../http/request-id';
import { ReceivedUpload } from '../recordings/receive-upload';
import { uploadRecording } from '../recordings/recordings.routes';
import { DEFAULT_SCENARIO, UploadFields } from '../recordings/upload-fields';
import { UploadIntake } from '../recordings/upload-intake';
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
    const open = (): Promise<UploadLink> => this.links.open(shown).catch(this.counted(request));
    const accept = async (received: ReceivedUpload, id: string, link: UploadLink): Promise<object> => {
      const { owner, memberId: member, linkId } = link;
      const actor = { kind: 'upload-link' as const, id: linkId, owner, member };
      const requested = { requestId: requestIdOf(request), actor };
      const answer = await this.intake.record(received, id, owner, () => fieldsOf(link), requested, shown);
      response.status(answer.duplicate ? 200 : 202);
      const position = await this.readAfter.token(answer.position);
      return { id: answer.recordingId, duplicate: answer.duplicate, position };
    };
    return this.intake.take(request, response, { fields: [], admit: open, accept });
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

function fieldsOf({ scenario, language, reports }: UploadLink): UploadFields {
  return { scenario: scenario ?? DEFAULT_SCENARIO, language, details: {}, reports };
}
