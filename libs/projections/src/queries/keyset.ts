import { Pool } from 'pg';
import { activeTables } from '../generations/active-tables';
import { ReadTable } from '../generations/read-tables';

/** Column types that lists are sorted by. */
export type SortType = 'bigint' | 'text' | 'timestamptz' | 'double precision';

/** Where a page ended: the value that it is sorted by, and the id that decides between equal ones. */
export interface KeysetPosition {
  value: string | null;
  id: string;
}

export interface KeysetSort {
  /** Column, or expression, of ours: never from a request. */
  column: string;
  type: SortType;
  descending: boolean;
  /**
   * No two rows have the same value, and every row has one: nothing else is looked at then, and an index on the column gives a
   * page as it stands. With the id to decide, and rows without a value at the end, all that matches is read and sorted.
   */
  unique?: boolean;
}

/** A condition with one parameter, written `?`. */
export type Condition = readonly [sql: string, value: unknown];

export interface Page<Row> {
  rows: Row[];
  /** Give it back for the next page; null on the last one. */
  next: KeysetPosition | null;
}

/**
 * One page of a table of documents, by keyset: rows that come or go meanwhile neither shift a page nor are seen twice.
 * Rows without the value that is sorted by come last, in both directions.
 */
export async function readPage<Row>(
  pool: Pool,
  request: {
    /** Name of its first generation. */
    table: ReadTable;
    idType: 'uuid' | 'text';
    /** Default `document`. */
    document?: string;
    conditions: readonly Condition[];
    sort: KeysetSort;
    after: KeysetPosition | null;
    limit: number;
  },
): Promise<Page<Row>> {
  const { table, idType, conditions, sort, after, limit, document = 'document' } = request;
  const { column, type, descending, unique = false } = sort;
  const values: unknown[] = [];
  const given = conditions.map(([sql, value]) => {
    values.push(value);
    return sql.replaceAll('?', `$${values.length}`);
  });
  if (after && unique) {
    given.push(`${column} ${descending ? '<' : '>'} $${values.push(after.value)}::${type}`);
  } else if (after) {
    const id = `$${values.push(after.id)}::${idType}`;
    const sign = descending ? '<' : '>';
    if (after.value === null) {
      given.push(`(${column} IS NULL AND id ${sign} ${id})`);
    } else {
      const value = `$${values.push(after.value)}::${type}`;
      given.push(
        `(${column} ${sign} ${value} OR ${column} = ${value} AND id ${sign} ${id} OR ${column} IS NULL)`,
      );
    }
  }
  const tables = await activeTables(pool);
  const direction = descending ? 'DESC' : 'ASC';
  const order = unique ? `${column} ${direction}` : `${column} ${direction} NULLS LAST, id ${direction}`;
  const { rows } = await pool.query<{ id: string; sorted_by: string | null; document: Row }>(
    `SELECT id, (${column})::text AS sorted_by, ${document} AS document FROM ${tables[table]}
     WHERE ${given.join(' AND ') || 'true'}
     ORDER BY ${order} LIMIT $${values.push(limit + 1)}`,
    values,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = rows.length > limit && last ? { value: last.sorted_by, id: last.id } : null;
  return { rows: page.map((row) => row.document), next };
}
