import { Body, Controller, Inject, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { deriveId, MAX_REPROCESSED, ReprocessingForecast } from '@voxpersona/domain';
import { Catalogue, CATALOGUE, Reprocessings, RequestContext } from '@voxpersona/pipeline';
import { ChosenRecordings, ForecastReprocessing } from '@voxpersona/projections';
import { Response } from 'express';
import { z } from 'zod';
import { Owner, Requested } from '../auth/caller';
import { Handles } from '../contract/handles';
import { Problem } from '../http/problem';
import { ReadAfter } from '../http/read-after';
import { validate } from '../http/validate';
import { unknownReportType } from '../recordings/upload-fields';
import { linksOf } from './reprocessing-resource';
import { forecastReprocessing, startReprocessing } from './reprocessings.routes';
import { reprocessingRequest } from './reprocessings.schemas';

@Controller()
export class StartReprocessingController {
  constructor(
    private readonly queries: QueryBus,
    private readonly reprocessings: Reprocessings,
    private readonly readAfter: ReadAfter,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
  ) {}

  @Handles(forecastReprocessing)
  async forecast(@Owner() owner: string, @Body() body: unknown): Promise<ReprocessingForecast> {
    const { forecast } = await this.choose(owner, this.wantedOf(body));
    return forecast;
  }

  @Handles(startReprocessing)
  async start(
    @Owner() owner: string,
    @Requested() requested: RequestContext,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const wanted = this.wantedOf(body);
    const { recordingIds, forecast } = await this.choose(owner, wanted);
    // Said before its cost: what is too much is not estimated to its end.
    if (recordingIds.length <= MAX_REPROCESSED) refuseAbove(wanted.maxCostUsd, forecast);
    const id = deriveId('reprocessing', requested.requestId);
    const { position } = await this.reprocessings.ask(
      id,
      {
        ...{ type: 'RequestReprocessing', reprocessingId: id, owner },
        ...{ work: wanted.what, forecast, recordingIds },
      },
      requested,
    );
    const links = linksOf(id);
    response.location(links.self);
    return { id, forecast, position: await this.readAfter.token(position), links };
  }

  private wantedOf(body: unknown): z.infer<typeof reprocessingRequest> {
    const wanted = validate(reprocessingRequest, body, 'body');
    const { what } = wanted;
    const problem = what.kind === 'report' ? unknownReportType([what.reportType], this.catalogue) : undefined;
    if (problem) throw problem;
    return wanted;
  }

  private choose(
    owner: string,
    { what, filter }: z.infer<typeof reprocessingRequest>,
  ): Promise<ChosenRecordings> {
    return this.queries.execute(new ForecastReprocessing(owner, what, filter));
  }
}

function refuseAbove(maxCostUsd: number | undefined, { costUsd }: ReprocessingForecast): void {
  if (maxCostUsd === undefined || costUsd === null || costUsd <= maxCostUsd) return;
  throw new Problem(
    'forecast-too-high',
    `This is expected to cost $${costUsd}, which is more than $${maxCostUsd}. Narrow the filter, or allow more.`,
  );
}
