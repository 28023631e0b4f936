import { Body, Controller, Inject, Param, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Catalogue, CATALOGUE, CommissionReport, RequestContext } from '@voxpersona/pipeline';
import { Response } from 'express';
import { Owner, Requested } from '../auth/caller';
import { Handles } from '../contract/handles';
import { Problem } from '../http/problem';
import { ReadAfter } from '../http/read-after';
import { validate } from '../http/validate';
import { RecordingFinder } from '../recordings/recording-finder';
import { unknownReportType } from '../recordings/upload-fields';
import { commissionReport } from './reports.routes';

@Controller()
export class CommissionController {
  constructor(
    private readonly commands: CommandBus,
    private readonly readAfter: ReadAfter,
    private readonly recordings: RecordingFinder,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
  ) {}

  @Handles(commissionReport)
  async commission(
    @Owner() owner: string,
    @Param('id') id: string,
    @Requested() requested: RequestContext,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { type, language, again = false } = validate(commissionReport.body.schema, body, 'body');
    const problem: Problem | undefined = unknownReportType([type], this.catalogue);
    if (problem) throw problem;
    const recordingId = await this.recordings.commanded(owner, id);
    const command = new CommissionReport(recordingId, type, language, again, requested);
    const { reportId, existing, position } = await this.commands.execute(command);
    const self = `/v1/reports/${reportId}`;
    response.status(existing ? 200 : 202).location(self);
    return { id: reportId, existing, position: await this.readAfter.token(position), links: { self } };
  }
}
