import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Pool } from 'pg';
import { ReportView } from '../reports/reports.projection';
import { findDocument } from './find-document';

/** One report of an owner; null when there is none, or when it is another's. */
export class GetReport extends Query<ReportView | null> {
  constructor(
    readonly owner: string,
    readonly reportId: string,
  ) {
    super();
  }
}

@QueryHandler(GetReport)
export class GetReportHandler implements IQueryHandler<GetReport> {
  constructor(private readonly pool: Pool) {}

  async execute({ owner, reportId }: GetReport): Promise<ReportView | null> {
    const place = { projection: 'reports', table: 'read_reports' } as const;
    return findDocument<ReportView>(this.pool, place, reportId, owner);
  }
}
