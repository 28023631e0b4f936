import { Controller, Inject, Param, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Catalogue, CATALOGUE, titleOf } from '@voxpersona/pipeline';
import { GetReport, reportMarkdown, reportsProjection, ReportView } from '@voxpersona/projections';
import { Response } from 'express';
import { AsOf } from '../as-of/as-of';
import { Owner } from '../auth/caller';
import { Handles } from '../contract/handles';
import { Problem } from '../http/problem';
import { pending, ReadAfter } from '../http/read-after';
import { validateId, validateQuery } from '../http/validate';
import { compareReports } from './compare-reports';
import { compareTwoReports, getReport } from './reports.routes';

@Controller()
export class ReportsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly readAfter: ReadAfter,
    private readonly past: AsOf,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
  ) {}

  @Handles(getReport)
  async one(
    @Owner() owner: string,
    @Param('id') id: string,
    @Query() query: unknown,
    @Res() response: Response,
  ): Promise<void> {
    const { format, after, asOf } = validateQuery(getReport.query, query);
    const notYet = await this.readAfter.wait(after, ['reports']);
    if (notYet) {
      response.json(pending(response, notYet));
      return;
    }
    const report = await this.find(owner, id);
    const shown = asOf === undefined ? report : await this.asOf(report, asOf);
    if (format === 'markdown')
      response
        .type('text/markdown')
        .send(reportMarkdown(shown, (part) => titleOf(this.catalogue, shown, part)));
    else response.json(this.withTitles(shown));
  }

  @Handles(compareTwoReports)
  async compare(
    @Owner() owner: string,
    @Param('id') id: string,
    @Param('other') other: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { after } = validateQuery(compareTwoReports.query, query);
    const notYet = await this.readAfter.wait(after, ['reports']);
    if (notYet) return pending(response, notYet);
    const [first, second] = [await this.find(owner, id), await this.find(owner, other)];
    if (first.type !== second.type) {
      throw new Problem(
        'not-comparable',
        `Reports of one type are compared; these are of the types ${first.type} and ${second.type}.`,
      );
    }
    return { before: first.id, after: second.id, parts: compareReports(first, second) };
  }

  private async find(owner: string, id: string): Promise<ReportView> {
    const report = await this.queries.execute(new GetReport(owner, validateId(id)));
    if (!report) throw new Problem('not-found', `There is no report ${id}.`);
    return report;
  }

  private async asOf({ id, recordingId }: ReportView, asOf: string): Promise<ReportView> {
    const report = await this.past.find(reportsProjection, recordingId, id, asOf);
    if (!report) throw new Problem('not-found', `There was no report ${id} then.`);
    return report;
  }

  private withTitles(report: ReportView) {
    const parts = report.parts.map((part) => ({
      ...part,
      title: titleOf(this.catalogue, report, part.part),
    }));
    return { ...report, rejected: report.rejected ?? false, title: titleOf(this.catalogue, report), parts };
  }
}
