import { Pool, PoolClient } from 'pg';

/** What happens to the next append of a pool. `after`: committed, and the answer is lost; `before`: never executed. */
export type CommitFault = 'before' | 'after';

export interface FaultyCommits {
  loseNext(fault: CommitFault): void;
  /** Connections can be had again. */
  recover(): void;
}

/** Breaks appends of this pool on demand. After a broken one, no connection can be had until `recover`. */
export function breakCommits(pool: Pool): FaultyCommits {
  let next: CommitFault | undefined;
  let isAway = false;
  const connect = pool.connect.bind(pool) as () => Promise<PoolClient>;
  pool.connect = ((callback?: unknown) => {
    // pool.query takes its connection by a callback.
    if (callback !== undefined) return (connect as (given: unknown) => unknown)(callback);
    if (isAway) return Promise.reject(refused());
    return connect().then(guarded);
  }) as typeof pool.connect;

  function guarded(client: PoolClient): PoolClient {
    const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>;
    const broken = async (...given: unknown[]): Promise<unknown> => {
      const fault = next;
      if (!fault || !textOf(given[0]).includes('append_events')) return query(...given);
      next = undefined;
      isAway = true;
      if (fault === 'after') await query(...given);
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    };
    client.query = broken as typeof client.query;
    const release = client.release.bind(client);
    client.release = (error) => {
      client.query = query as typeof client.query;
      client.release = release;
      release(error);
    };
    return client;
  }

  return {
    loseNext: (fault) => {
      next = fault;
    },
    recover: () => {
      next = undefined;
      isAway = false;
    },
  };
}

function textOf(query: unknown): string {
  return typeof query === 'string' ? query : ((query as { text?: string }).text ?? '');
}

function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
}
