import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ENVIRONMENT } from '@voxpersona/composition';
import {
  AcceptUpload,
  Claim,
  OBJECT_STORAGE,
  ObjectStorage,
  RequestContext,
  ShownUploadLink,
  UploadAnswer,
} from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import { fingerprintOf, Idempotency, Named } from '../idempotency/idempotency';
import { answerNow, sendAgain } from '../idempotency/idempotency.interceptor';
import { ReceivedUpload, receiveUpload } from './receive-upload';
import { UploadFields } from './upload-fields';

/** What is particular about one way of uploading. */
export interface Intake<Admitted> {
  /** Form fields besides the file. */
  fields: readonly string[];
  /** Lets the upload in before anything of its body is read. @throws Problem, CommandRefused */
  admit: () => Promise<Admitted>;
  /** Makes a recording of it, and gives the body of the answer. On an error nothing is kept. */
  accept: (received: ReceivedUpload, recordingId: string, admitted: Admitted) => Promise<object>;
}

/** How audio comes in, whoever sends it: streamed, once under an Idempotency-Key, and nothing left of what failed. */
@Injectable()
export class UploadIntake {
  constructor(
    private readonly commands: CommandBus,
    private readonly idempotency: Idempotency,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async take<Admitted>(request: Request, response: Response, intake: Intake<Admitted>): Promise<unknown> {
    const key = this.idempotency.keyOf(request);
    if (key === undefined) {
      const admitted = await intake.admit();
      const recordingId = randomUUID();
      return intake.accept(await this.receive(request, recordingId, intake.fields), recordingId, admitted);
    }
    const named = await this.idempotency.begin(request, key);
    return named.kind === 'first'
      ? this.first(named.claim, request, response, intake)
      : this.again(named, request, response, intake.fields);
  }

  /** Sends the command that makes a recording of what was received. */
  async record(
    { stored, fileName }: ReceivedUpload,
    recordingId: string,
    owner: string,
    fieldsOf: () => UploadFields,
    requested: RequestContext,
    link?: ShownUploadLink,
  ): Promise<UploadAnswer> {
    const fields = await this.orDiscard(stored.key, fieldsOf);
    const upload = { recordingId, stored, fileName, owner, ...fields };
    const limits = { maxSeconds: this.environment.MAX_AUDIO_HOURS * 3_600 };
    return this.commands.execute(new AcceptUpload(upload, limits, requested, link));
  }

  private async first<Admitted>(
    claim: Claim,
    request: Request,
    response: Response,
    intake: Intake<Admitted>,
  ): Promise<object> {
    const recordingId = randomUUID();
    try {
      const admitted = await intake.admit();
      const received = await this.receive(request, recordingId, intake.fields);
      const fingerprint = fingerprintOfUpload(received);
      const body = await intake.accept(received, recordingId, admitted);
      await claim.finish(fingerprint, answerNow(response, body));
      return body;
    } catch (error) {
      await claim.release();
      throw error;
    }
  }

  /** What is sent again is compared by its content: a multipart body is never the same twice. */
  private async again(
    named: Extract<Named, { kind: 'again' }>,
    request: Request,
    response: Response,
    fields: readonly string[],
  ): Promise<unknown> {
    const received = await this.receive(request, randomUUID(), fields);
    await this.storage.delete(received.stored.key);
    return sendAgain(this.idempotency.answerOf(named, fingerprintOfUpload(received)), response);
  }

  private receive(request: Request, recordingId: string, fields: readonly string[]): Promise<ReceivedUpload> {
    return receiveUpload(request, this.storage, recordingId, this.environment.MAX_UPLOAD_BYTES, fields);
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

function fingerprintOfUpload({ stored, fileName, fields }: ReceivedUpload): string {
  return fingerprintOf(stored.sha256, fileName, [...fields].sort());
}
