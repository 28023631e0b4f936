import { DomainEvent } from '@voxpersona/domain';
import { EventFilter, Recorded } from '@voxpersona/event-store';
import { PoolClient } from 'pg';
import { ReadModel } from '../generations/read-model';

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
export function documentReadModel<Row extends object>(projection: DocumentProjection<Row>): ReadModel {
  const { name, version, filter, table: firstTable } = projection;
  return {
    ...{ name, version, filter, table: firstTable },
    apply: async (events, table, transaction) => {
      const ids = [...new Set(events.flatMap((event) => projection.idsOf(event)))];
      if (ids.length === 0) return;
      const rows = await load(projection, table, ids, transaction);
      for (const event of events) {
        for (const id of projection.idsOf(event)) rows.set(id, projection.evolve(rows.get(id), event, id));
      }
      await write(projection, table, rows, transaction);
    },
    erase: async (event, table, transaction) => {
      const ids = projection.idsOf(event);
      return ids.length > 0 && (await remove(projection, table, ids, transaction)) > 0;
    },
  };
}

/** The row of one resource after these events: what the table held at that moment. */
export function foldDocument<Row extends object>(
  projection: DocumentProjection<Row>,
  events: readonly Recorded<DomainEvent>[],
  id: string,
): Row | undefined {
  return events
    .filter((event) => passes(projection.filter, event) && projection.idsOf(event).includes(id))
    .reduce<Row | undefined>((row, event) => projection.evolve(row, event, id), undefined);
}

function passes({ streamPrefixes, types }: EventFilter, { stream, type }: Recorded<DomainEvent>): boolean {
  if (types && !types.includes(type)) return false;
  return !streamPrefixes || streamPrefixes.some((prefix) => stream.startsWith(prefix));
}

async function load<Row extends object>(
  { idType }: DocumentProjection<Row>,
  table: string,
  ids: readonly string[],
  transaction: PoolClient,
): Promise<Map<string, Row | undefined>> {
  const { rows } = await transaction.query<{ id: string; document: Row }>(
    `SELECT id, document FROM ${table} WHERE id = ANY ($1::${idType}[])`,
    [ids],
  );
  return new Map(rows.map(({ id, document }) => [id, document]));
}

async function remove<Row extends object>(
  { idType }: DocumentProjection<Row>,
  table: string,
  ids: readonly string[],
  transaction: PoolClient,
): Promise<number> {
  const { rowCount } = await transaction.query(`DELETE FROM ${table} WHERE id = ANY ($1::${idType}[])`, [
    ids,
  ]);
  return rowCount ?? 0;
}

async function write<Row extends object>(
  projection: DocumentProjection<Row>,
  table: string,
  rows: ReadonlyMap<string, Row | undefined>,
  transaction: PoolClient,
): Promise<void> {
  const { idType, columns } = projection;
  const kept: [string, Row][] = [];
  const gone: string[] = [];
  for (const [id, row] of rows) {
    if (row) kept.push([id, row]);
    else gone.push(id);
  }
  if (gone.length > 0) await remove(projection, table, gone, transaction);
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
