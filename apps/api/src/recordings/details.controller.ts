import { Body, Controller, Param, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { missingDetails, Scenario } from '@voxpersona/domain';
import { ProvideDetails, RequestContext } from '@voxpersona/pipeline';
import { Request, Response } from 'express';
import { z } from 'zod';
import { Owner, Requested } from '../auth/caller';
import { Handles } from '../contract/handles';
import { Problem } from '../http/problem';
import { pending, ReadAfter } from '../http/read-after';
import { validate, validateQuery } from '../http/validate';
import { RecordingFinder } from './recording-finder';
import { changeDetails, getDetails } from './recordings.routes';
import { detailsPatch, detailsResource, scenarioPatch } from './recordings.schemas';

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
    const { scenario, details, detailsVersion } = await this.recordings.present(owner, id);
    response.set('ETag', etagOf(detailsVersion));
    return resourceOf(scenario, details ?? {}, detailsVersion);
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
    const { scenario, details: changes } = patchOf(body);
    const recordingId = await this.recordings.commanded(owner, id);
    const expectedVersion = versionOf(request.get('if-match'));
    const changed = await this.commands.execute(
      new ProvideDetails(recordingId, changes, expectedVersion, requested, scenario),
    );
    response.set('ETag', etagOf(changed.detailsVersion));
    return {
      ...resourceOf(changed.scenario, changed.details, changed.detailsVersion),
      position: await this.readAfter.token(changed.position),
    };
  }
}

function resourceOf(
  scenario: Scenario,
  details: Readonly<Record<string, string>>,
  version: number,
): z.infer<typeof detailsResource> {
  return { scenario, details, missing: missingDetails(scenario, details), version };
}

/** Either shape of a change as one; no detail is an object, which tells them apart. @throws Problem 400 */
function patchOf(body: unknown): z.infer<typeof scenarioPatch> {
  const { details } = (body ?? {}) as { details?: unknown };
  if (typeof details === 'object' && details !== null) return validate(scenarioPatch, body, 'body');
  return { details: validate(detailsPatch, body, 'body') };
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
