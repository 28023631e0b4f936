import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ENVIRONMENT } from '@voxpersona/composition';
import { deriveId } from '@voxpersona/domain';
import {
  AcceptUpload,
  Claim,
  OBJECT_STORAGE,
  ObjectStorage,
  RequestContext,
  ShownUploadLink,
  UploadAnswer,
  UploadUnconfirmed,
} from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import { COME_BACK, isOutage } from '../http/as-problem';
import { untilClientGone } from '../http/client-gone';
import { Problem } from '../http/problem';
import { renameRequest } from '../http/request-id';
import { fingerprintOf, Idempotency, Named, scopeOf } from '../idempotency/idempotency';
import { answerNow, sendAgain } from '../idempotency/idempotency.interceptor';
import { ReceivedUpload, receiveUpload, WaitingUpload } from './receive-upload';
import { UploadFields } from './upload-fields';

/** 202 for what was done, 200 for what was there already. */
export function statusOfUpload({ outcome }: UploadAnswer): 200 | 202 {
  return outcome === 'duplicate' ? 200 : 202;
}

/** The same in the body of the answer. */
export function outcomeOfUpload({ outcome }: UploadAnswer): { duplicate: boolean; restored: boolean } {
  return { duplicate: outcome === 'duplicate', restored: outcome === 'restored' };
}

/** What is particular about one way of uploading. */
export interface Intake<Admitted> {
  /** Form fields besides the file. */
  fields: readonly string[];
  /** Lets the upload in before anything of its body is read. @throws Problem, CommandRefused */
  admit: () => Promise<Admitted>;
  /** Makes a recording of it, and gives the body of the answer. On an error nothing is kept. */
  accept: (received: WaitingUpload, recordingId: string, admitted: Admitted) => Promise<object>;
  /** Longest file that is taken from whoever was admitted so, and what a longer one gets. Default: as for any upload. */
  longest?: (admitted: Admitted) => LongestFile | undefined;
}

export interface LongestFile {
  bytes: number;
  refusal: Error;
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
    try {
      return await this.takeOnce(request, response, intake);
    } catch (error) {
      throw notConfirmed(error) ?? error;
    }
  }

  private async takeOnce<Admitted>(
    request: Request,
    response: Response,
    intake: Intake<Admitted>,
  ): Promise<unknown> {
    const key = this.idempotency.keyOf(request);
    if (key === undefined) {
      const admitted = await intake.admit();
      const recordingId = randomUUID();
      const received = await this.receive(request, recordingId, intake, admitted);
      return intake.accept(waiting(received, response), recordingId, admitted);
    }
    const named = await this.idempotency.begin(request, key);
    return named.kind === 'first'
      ? this.first(named.claim, key, request, response, intake)
      : this.again(named, request, response, intake);
  }

  /** Sends the command that makes a recording of what was received. */
  async record(
    { stored, fileName, clientGone }: WaitingUpload,
    recordingId: string,
    owner: string,
    fieldsOf: () => UploadFields,
    requested: RequestContext,
    link?: ShownUploadLink,
  ): Promise<UploadAnswer> {
    const fields = await this.orDiscard(stored.key, fieldsOf);
    const upload = { recordingId, stored, fileName, owner, ...fields };
    const limits = { maxSeconds: this.environment.MAX_AUDIO_HOURS * 3_600 };
    return this.commands.execute(new AcceptUpload(upload, limits, requested, { link, signal: clientGone }));
  }

  /** Turns a received upload away; nothing of it is kept. */
  async refuse(objectKey: string, reason: Error): Promise<never> {
    await this.storage.delete(objectKey);
    throw reason;
  }

  private async first<Admitted>(
    claim: Claim,
    key: string,
    request: Request,
    response: Response,
    intake: Intake<Admitted>,
  ): Promise<object> {
    const recordingId = randomUUID();
    try {
      const admitted = await intake.admit();
      const received = await this.receive(request, recordingId, intake, admitted);
      const fingerprint = fingerprintOfUpload(received);
      // The same request has the same id: what it did before its answer could be kept is then recognised by the log.
      const id = deriveId('idempotent-request', scopeOf(request), key, fingerprint);
      renameRequest(request, response, id);
      const body = await intake.accept(waiting(received, response), recordingId, admitted);
      await claim.finish(fingerprint, answerNow(response, body));
      return body;
    } catch (error) {
      await claim.release();
      throw error;
    }
  }

  /** What is sent again is compared by its content: a multipart body is never the same twice. */
  private async again<Admitted>(
    named: Extract<Named, { kind: 'again' }>,
    request: Request,
    response: Response,
    intake: Intake<Admitted>,
  ): Promise<unknown> {
    const received = await this.receive(request, randomUUID(), intake);
    await this.storage.delete(received.stored.key);
    return sendAgain(this.idempotency.answerOf(named, fingerprintOfUpload(received)), response);
  }

  private async receive<Admitted>(
    request: Request,
    recordingId: string,
    { fields, longest }: Intake<Admitted>,
    admitted?: Admitted,
  ): Promise<ReceivedUpload> {
    const own = admitted === undefined ? undefined : longest?.(admitted);
    const limit = own?.bytes ?? this.environment.MAX_UPLOAD_BYTES;
    return receiveUpload(request, this.storage, recordingId, limit, fields).catch((error: unknown) => {
      throw own && error instanceof Problem && error.problem === 'too-large' ? own.refusal : error;
    });
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

function waiting(received: ReceivedUpload, response: Response): WaitingUpload {
  return { ...received, clientGone: untilClientGone(response) };
}

/** For an upload whose outcome is unknown, or that an outage has kept from being recorded; undefined for any other error. */
function notConfirmed(error: unknown): Problem | undefined {
  if (error instanceof UploadUnconfirmed) {
    return new Problem(
      'unavailable',
      'It is not known yet whether this upload was recorded. Its audio is kept. Send the file again: that is safe, and makes ' +
        'no second recording.',
      COME_BACK,
    );
  }
  if (!isOutage(error)) return undefined;
  return new Problem(
    'unavailable',
    'The event log, the database or the object storage cannot be reached. This upload was not recorded, and nothing of it is ' +
      'kept. Send the file again soon: that is safe.',
    COME_BACK,
  );
}

function fingerprintOfUpload({ stored, fileName, fields }: ReceivedUpload): string {
  return fingerprintOf(stored.sha256, fileName, [...fields].sort());
}
