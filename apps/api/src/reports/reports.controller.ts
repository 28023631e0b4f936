import { Controller, Get, Inject, Param, Query, Res, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Catalogue, CATALOGUE } from '@voxpersona/pipeline';
import { GetReport, ReportView } from '@voxpersona/projections';
import { Response } from 'express';
import { z } from 'zod';
import { ApiKeyGuard, Owner } from '../auth/api-key.guard';
import { Problem } from '../http/problem';
import { ReadAfter } from '../http/read-after';
import { validate, validateId } from '../http/validate';
import * as docs from './reports.openapi';

const formatSchema = z.enum(['json', 'markdown']).default('json');

@ApiTags('reports')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('v1/reports')
export class ReportsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly readAfter: ReadAfter,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
  ) {}

  @Get(':id')
  @docs.One()
  async one(
    @Owner() owner: string,
    @Param('id') id: string,
    @Res() response: Response,
    @Query('format') givenFormat?: string,
    @Query('after') after?: string,
  ): Promise<void> {
    const format = validate(formatSchema, givenFormat, 'format');
    const notYet = await this.readAfter.wait(after, ['reports']);
    if (notYet) {
      response.status(202).set('Retry-After', '1').json(notYet);
      return;
    }
    const report = await this.queries.execute(new GetReport(owner, validateId(id)));
    if (!report) throw new Problem('not-found', `There is no report ${id}.`);
    if (format === 'markdown') response.type('text/markdown').send(this.toMarkdown(report));
    else response.json(this.withTitles(report));
  }

  private withTitles(report: ReportView) {
    const parts = report.parts.map((part) => ({ ...part, title: this.titleOf(report, part.part) }));
    return { ...report, title: this.titleOf(report), parts };
  }

  private toMarkdown(report: ReportView): string {
    const parts = report.parts.map(({ part, text, failure }) => {
      const missing = failure ? `*(could not be written: ${failure.code})*` : '*(not written yet)*';
      return `## ${this.titleOf(report, part)}\n\n${text ?? missing}\n`;
    });
    return [`# ${this.titleOf(report)}\n`, ...parts].join('\n');
  }

  /** Of the report, or of one of its parts; its id where the catalogue no longer has it. */
  private titleOf(report: ReportView, part?: string): string {
    const type = this.catalogue.get(report.type);
    const titled = part === undefined ? type : type?.parts.find((candidate) => candidate.id === part);
    return titled?.titles[report.language === 'ru' ? 'ru' : 'en'] ?? part ?? report.type;
  }
}
