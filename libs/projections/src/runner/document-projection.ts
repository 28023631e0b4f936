import { DomainEvent } from '@voxpersona/domain';
import { CheckpointedConsumer, EventFilter, Recorded } from '@voxpersona/event-store';
import { PoolClient } from 'pg';

/** A column beside the document, for finding and sorting rows. */
export interface IndexedColumn<Row> {
  name: string;
  /** PostgreSQL's type. */
  type: 'uuid' | 'text' | 'bigint' | 'timestamptz' | 'double precision';
  valueOf(row: Row): string | null;
}

/**
 * A read model of one kind of resource: a pure fold from events to rows. Rows depend on events alone (no clock, no
 * sequence), so that following the log live, rebuilding, and looking at an earlier state are the same code.
 */
export interface DocumentProjection<Row extends object> {
  /** Name of its checkpoint. */
  readonly name: string;
  /** Raised when the rows change: they are then built anew from the log. */
  readonly version: number;
  /** Table with columns `id`, the indexed ones, and `document`. */
  readonly table: string;
  readonly idType: 'uuid' | 'text';
  readonly filter: EventFilter;
  readonly columns: readonly IndexedColumn<Row>[];
  /** Ids of the rows that an event concerns. */
  idsOf(event: Recorded<DomainEvent>): readonly string[];
  /** The row after the event; undefined: there is none (any more). */
  evolve(row: Row | undefined, event: Recorded<DomainEvent>, id: string): Row | undefined;
}

/** The table of a projection, as its migration creates it. */
export function tableOf<Row extends object>(projection: DocumentProjection<Row>): string {
  const columns = projection.columns.map(({ name, type }) => `${name} ${type},`).join(' ');
  return `CREATE TABLE ${projection.table} (id ${projection.idType} PRIMARY KEY, ${columns} document json NOT NULL);`;
}

/**
 * Brings the table of an earlier version to today's columns; for a new one it changes nothing. The rows follow when the
 * projection, whose version was raised, is built anew.
 */
export function columnsOf<Row extends object>({ table, columns }: DocumentProjection<Row>): string {
  return columns
    .map(({ name, type }) => `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${name} ${type};`)
    .join('\n');
}

/** Keeps a projection's table: loads the rows that a batch concerns, folds, writes them back in one statement. */
export class DocumentConsumer<Row extends object> implements CheckpointedConsumer<DomainEvent> {
  readonly name: string;
  readonly version: number;
  readonly filter: EventFilter;

  constructor(private readonly projection: DocumentProjection<Row>) {
    this.name = projection.name;
    this.version = projection.version;
    this.filter = projection.filter;
  }

  async apply(events: readonly Recorded<DomainEvent>[], transaction: PoolClient): Promise<void> {
    const ids = [...new Set(events.flatMap((event) => this.projection.idsOf(event)))];
    if (ids.length === 0) return;
    const rows = await this.load(ids, transaction);
    for (const event of events) {
      for (const id of this.projection.idsOf(event))
        rows.set(id, this.projection.evolve(rows.get(id), event, id));
    }
    await this.write(rows, transaction);
  }

  async reset(transaction: PoolClient): Promise<void> {
    await transaction.query(`DELETE FROM ${this.projection.table}`);
  }

  private async load(ids: readonly string[], transaction: PoolClient): Promise<Map<string, Row | undefined>> {
    const { table, idType } = this.projection;
    const { rows } = await transaction.query<{ id: string; document: Row }>(
      `SELECT id, document FROM ${table} WHERE id = ANY ($1::${idType}[])`,
      [ids],
    );
    return new Map(rows.map(({ id, document }) => [id, document]));
  }

  private async write(rows: ReadonlyMap<string, Row | undefined>, transaction: PoolClient): Promise<void> {
    const { table, idType, columns } = this.projection;
    const kept: [string, Row][] = [];
    const gone: string[] = [];
    for (const [id, row] of rows) {
      if (row) kept.push([id, row]);
      else gone.push(id);
    }
    if (gone.length > 0)
      await transaction.query(`DELETE FROM ${table} WHERE id = ANY ($1::${idType}[])`, [gone]);
    if (kept.length === 0) return;
    const all = [{ name: 'id', type: idType }, ...columns, { name: 'document', type: 'json' }];
    const names = all.map(({ name }) => name);
    const updates = names.slice(1).map((name) => `${name} = excluded.${name}`);
    await transaction.query(
      `INSERT INTO ${table} (${names.join(', ')})
       SELECT * FROM unnest(${all.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ')})
       ON CONFLICT (id) DO UPDATE SET ${updates.join(', ')}`,
      [
        kept.map(([id]) => id),
        ...columns.map((column) => kept.map(([, row]) => column.valueOf(row))),
        kept.map(([, row]) => JSON.stringify(row)),
      ],
    );
  }
}
