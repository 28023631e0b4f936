import { Controller, Inject, Req, Res } from '@nestjs/common';
import { Catalogue, CATALOGUE, RequestContext } from '@voxpersona/pipeline';
import { Request, Response } from 'express';
import { Owner, Requested } from '../auth/caller';
import { Handles } from '../contract/handles';
import { ReadAfter } from '../http/read-after';
import { requestIdOf } from '../http/request-id';
import { WaitingUpload, UPLOAD_FIELDS } from './receive-upload';
import { linksOf } from './recording-resource';
import { uploadRecording } from './recordings.routes';
import { readUploadFields } from './upload-fields';
import { outcomeOfUpload, statusOfUpload, UploadIntake } from './upload-intake';

@Controller()
export class UploadController {
  constructor(
    private readonly intake: UploadIntake,
    private readonly readAfter: ReadAfter,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
  ) {}

  @Handles(uploadRecording)
  async upload(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Owner() owner: string,
    @Requested() requested: RequestContext,
  ): Promise<unknown> {
    const accept = async (received: WaitingUpload, recordingId: string): Promise<object> => {
      const fieldsOf = () => readUploadFields(received.fields, this.catalogue);
      const of = { ...requested, requestId: requestIdOf(request) };
      const answer = await this.intake.record(received, recordingId, owner, fieldsOf, of);
      const links = linksOf(answer.recordingId);
      response.status(statusOfUpload(answer)).location(links.self);
      return {
        id: answer.recordingId,
        ...outcomeOfUpload(answer),
        ...(answer.merged && { merged: answer.merged }),
        position: await this.readAfter.token(answer.position),
        links,
      };
    };
    return this.intake.take(request, response, {
      fields: UPLOAD_FIELDS,
      // The guard has let it in.
      admit: () => Promise.resolve(),
      accept,
    });
  }
}
