import { Body, Controller, Inject, Param, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ENVIRONMENT } from '@voxpersona/composition';
import { Identified } from '@voxpersona/domain';
import {
  Catalogue,
  CATALOGUE,
  IssueUploadLink,
  RequestContext,
  RevokeUploadLink,
  Workspaces,
} from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import { Request } from 'express';
import { Caller, Requested } from '../auth/caller';
import { Handles } from '../contract/handles';
import { publicUrl } from '../http/public-url';
import { ReadAfter } from '../http/read-after';
import { validate, validateId } from '../http/validate';
import { unknownReportType } from '../recordings/upload-fields';
import { issueUploadLink, revokeUploadLink } from './upload-links.routes';

const HOUR_SECONDS = 3_600;

/** What members do with upload links: make them, and take them back. */
@Controller()
export class UploadLinksController {
  constructor(
    private readonly commands: CommandBus,
    private readonly workspaces: Workspaces,
    private readonly readAfter: ReadAfter,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Handles(issueUploadLink)
  async issue(
    @Caller() { ownerId, memberId, keyId }: Identified,
    @Requested() requested: RequestContext,
    @Body() body: unknown,
    @Req() request: Request,
  ): Promise<object> {
    const given = validate(issueUploadLink.body.schema, body ?? {}, 'body');
    const { scenario, language, channels, reports: wanted } = given;
    const problem = unknownReportType(wanted, this.catalogue);
    if (problem) throw problem;
    const reports = [...new Set(wanted)];
    const keyEnds = (await this.workspaces.read(ownerId)).keys[keyId]?.expiresAt ?? null;
    const fixed = { scenario, language, channels, reports };
    const link = { owner: ownerId, memberId, ...fixed, origin: { kind: 'rest' as const } };
    const seconds = this.environment.UPLOAD_LINK_HOURS * HOUR_SECONDS;
    const issued = await this.commands.execute(new IssueUploadLink(link, seconds, requested, keyEnds));
    const { linkId, token, expiresAt, position } = issued;
    // Behind the #, which browsers send to no server: the token is in no log on the way.
    const url = `${publicUrl(this.environment, request)}/send#${token}`;
    return { id: linkId, url, expiresAt, position: await this.readAfter.token(position) };
  }

  @Handles(revokeUploadLink)
  async revoke(
    @Caller() { ownerId: owner, memberId, role }: Identified,
    @Requested() requested: RequestContext,
    @Param('id') id: string,
  ): Promise<object> {
    const command = new RevokeUploadLink(validateId(id), { owner, memberId, role }, requested);
    const { position } = await this.commands.execute(command);
    return { id, position: await this.readAfter.token(position) };
  }
}
