import { Body, Controller, Param, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ProvideDetails, RequestContext } from '@voxpersona/pipeline';
import { Request, Response } from 'express';
import { Owner, Requested } from '../auth/caller';
import { Handles } from '../contract/handles';
import { Problem } from '../http/problem';
import { pending, ReadAfter } from '../http/read-after';
import { validate, validateQuery } from '../http/validate';
import { RecordingFinder } from './recording-finder';
import { changeDetails, getDetails } from './recordings.routes';

@Controller()
export class DetailsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly readAfter: ReadAfter,
    private readonly recordings: RecordingFinder,
  ) {}

  @Handles(getDetails)
  async read(
    @Owner() owner: string,
    @Param('id') id: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { after } = validateQuery(getDetails.query, query);
    const notYet = await this.readAfter.wait(after, ['recordings']);
    if (notYet) return pending(response, notYet);
    const { details, detailsVersion } = await this.recordings.present(owner, id);
    response.set('ETag', etagOf(detailsVersion));
    return { details: details ?? {}, version: detailsVersion };
  }

  @Handles(changeDetails)
  async change(
    @Owner() owner: string,
    @Param('id') id: string,
    @Requested() requested: RequestContext,
    @Body() body: unknown,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const changes = validate(changeDetails.body.schema, body, 'body');
    const recording = await this.recordings.present(owner, id);
    const expectedVersion = versionOf(request.get('if-match'));
    const changed = await this.commands.execute(
      new ProvideDetails(recording.id, changes, expectedVersion, requested),
    );
    const { details, detailsVersion: version, position } = changed;
    response.set('ETag', etagOf(version));
    return { details, version, position: await this.readAfter.token(position) };
  }
}

function etagOf(version: number): string {
  return `"d${version}"`;
}

/** The version that a change stands on; null: on whatever there is. @throws Problem 412 for an ETag not of ours */
function versionOf(ifMatch: string | undefined): number | null {
  if (ifMatch === undefined || ifMatch.trim() === '*') return null;
  const version = /^"d(\d{1,9})"$/.exec(ifMatch.trim())?.[1];
  if (version !== undefined) return Number(version);
  throw new Problem('precondition-failed', 'Read the details again, and send your change with their ETag.');
}
