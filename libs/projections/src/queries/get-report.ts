import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Pool } from 'pg';
import { activeTables } from '../generations/active-tables';
import { ReportView } from '../reports/reports.projection';

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
    const tables = await activeTables(this.pool);
    const { rows } = await this.pool.query<{ document: ReportView }>(
      `SELECT document FROM ${tables.read_reports} WHERE id = $1 AND owner = $2`,
      [reportId, owner],
    );
    return rows[0]?.document ?? null;
  }
}
