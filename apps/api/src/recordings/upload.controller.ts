import { Controller, Inject, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ENVIRONMENT } from '@voxpersona/composition';
import {
  AcceptUpload,
  Catalogue,
  CATALOGUE,
  OBJECT_STORAGE,
  ObjectStorage,
  RequestContext,
} from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import { Owner, Requested } from '../auth/caller';
import { Handles } from '../contract/handles';
import { ReadAfter } from '../http/read-after';
import { fingerprintOf, Idempotency, Named } from '../idempotency/idempotency';
import { answerNow, sendAgain } from '../idempotency/idempotency.interceptor';
import { ReceivedUpload, receiveUpload } from './receive-upload';
import { linksOf } from './recording-resource';
import { uploadRecording } from './recordings.routes';
import { readUploadFields } from './upload-fields';

@Controller()
export class UploadController {
  constructor(
    private readonly commands: CommandBus,
    private readonly readAfter: ReadAfter,
    private readonly idempotency: Idempotency,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Handles(uploadRecording)
  async upload(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Owner() owner: string,
    @Requested() requested: RequestContext,
  ): Promise<unknown> {
    const key = this.idempotency.keyOf(request);
    const accept = (received: ReceivedUpload, id: string): Promise<object> =>
      this.accept(received, id, owner, requested, response);
    if (key === undefined) {
      const recordingId = randomUUID();
      return accept(await this.receive(request, recordingId), recordingId);
    }
    return this.once(await this.idempotency.begin(request, key), request, response, accept);
  }

  /** What is sent again is compared by its content: a multipart body is never the same twice. */
  private async once(
    named: Named,
    request: Request,
    response: Response,
    accept: (received: ReceivedUpload, recordingId: string) => Promise<object>,
  ): Promise<unknown> {
    const recordingId = randomUUID();
    try {
      const received = await this.receive(request, recordingId);
      const fingerprint = fingerprintOf(
        received.stored.sha256,
        received.fileName,
        [...received.fields].sort(),
      );
      if (named.kind === 'again') {
        await this.storage.delete(received.stored.key);
        return sendAgain(this.idempotency.answerOf(named, fingerprint), response);
      }
      const body = await accept(received, recordingId);
      await named.claim.finish(fingerprint, answerNow(response, body));
      return body;
    } catch (error) {
      if (named.kind === 'first') await named.claim.release().catch(() => undefined);
      throw error;
    }
  }

  private receive(request: Request, recordingId: string): Promise<ReceivedUpload> {
    return receiveUpload(request, this.storage, recordingId, this.environment.MAX_UPLOAD_BYTES);
  }

  private async accept(
    { stored, fileName, fields: given }: ReceivedUpload,
    recordingId: string,
    owner: string,
    requested: RequestContext,
    response: Response,
  ): Promise<object> {
    const fields = await this.orDiscard(stored.key, () => readUploadFields(given, this.catalogue));
    const upload = { recordingId, stored, fileName, owner, ...fields };
    const limits = { maxSeconds: this.environment.MAX_AUDIO_HOURS * 3_600 };
    const answer = await this.commands.execute(new AcceptUpload(upload, limits, requested));
    const links = linksOf(answer.recordingId);
    response.status(answer.duplicate ? 200 : 202).location(links.self);
    return {
      id: answer.recordingId,
      duplicate: answer.duplicate,
      position: await this.readAfter.token(answer.position),
      links,
    };
  }

  private async orDiscard<T>(key: string, work: () => T): Promise<T> {
    try {
      return work();
    } catch (error) {
      await this.storage.delete(key);
      throw error;
    }
  }
}
