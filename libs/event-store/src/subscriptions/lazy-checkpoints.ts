import { Pool } from 'pg';
import { Position } from '../port/event-store';
import { CheckpointFenced } from './checkpoints';

/** Moves that come within this share a statement. */
const GATHER_MS = 50;

interface Move {
  name: string;
  from: Position;
  to: Position;
  build: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Moves checkpoints past events that their consumers ignore: those of many consumers in one statement. */
export class LazyCheckpoints {
  private moves: Move[] = [];

  constructor(private readonly pool: Pool) {}

  /**
   * Moves a checkpoint from exactly `from` to `to`, soon.
   *
   * @throws CheckpointFenced when it is not at `from`, or another build took it
   */
  move(name: string, from: Position, to: Position, build: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.moves.push({ name, from, to, build, resolve, reject });
      if (this.moves.length === 1) setTimeout(() => void this.write(), GATHER_MS);
    });
  }

  private async write(): Promise<void> {
    const moves = this.moves.splice(0);
    try {
      const { rows } = await this.pool.query<{ name: string }>({
        name: 'move-lazily',
        text: `
          UPDATE checkpoints SET position = moves.to_position
          FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::integer[])
            AS moves(name, from_position, to_position, own)
          WHERE checkpoints.name = moves.name AND position = moves.from_position AND build = moves.own
          RETURNING checkpoints.name`,
        values: [
          moves.map(({ name }) => name),
          moves.map(({ from }) => from.toString()),
          moves.map(({ to }) => to.toString()),
          moves.map(({ build }) => build),
        ],
      });
      const moved = new Set(rows.map(({ name }) => name));
      for (const { name, resolve, reject } of moves) {
        if (moved.has(name)) resolve();
        else reject(new CheckpointFenced(name));
      }
    } catch (error) {
      for (const { reject } of moves) reject(error);
    }
  }
}

const ofPools = new WeakMap<Pool, LazyCheckpoints>();

/** The one of a pool: everything that uses the pool shares its statements. */
export function lazyCheckpointsOf(pool: Pool): LazyCheckpoints {
  const known = ofPools.get(pool) ?? new LazyCheckpoints(pool);
  ofPools.set(pool, known);
  return known;
}
