import { CHECKPOINTS_CHANNEL, Position, START } from '@voxpersona/event-store';
import { PostgresListener } from '@voxpersona/platform';
import { Pool } from 'pg';

/** Looks by itself so often while somebody waits, should a notification be lost. */
const FALLBACK_POLL_MS = 1_000;

/**
 * How far the read models that serve are, as this process knows: told by its own group after each commit, and else by the
 * database.
 */
export class ServedPosition {
  private position: Position = START;
  private members: readonly string[] = [];
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly pool: Pool,
    private readonly listener: PostgresListener,
  ) {}

  /** The group of this process has committed this. */
  readonly reached = (position: Position, members: readonly string[]): void => {
    this.position = position;
    this.members = members;
    for (const wake of [...this.waiting]) wake();
  };

  /**
   * Waits until each of these read models holds everything up to `position`, whichever process feeds it.
   *
   * @returns false when it took longer than `patienceMs`
   */
  async waitFor(names: readonly string[], position: Position, patienceMs: number): Promise<boolean> {
    if (this.knows(names, position) || (await this.isServed(names, position))) return true;
    const deadline = performance.now() + patienceMs;
    let told = false;
    let wake: () => void = () => undefined;
    const ring = (): void => {
      told = true;
      wake();
    };
    const unsubscribe = this.listener.subscribe(CHECKPOINTS_CHANNEL, ring);
    this.waiting.add(ring);
    try {
      for (;;) {
        told = false;
        if (this.knows(names, position) || (await this.isServed(names, position))) return true;
        const left = deadline - performance.now();
        if (left <= 0) return false;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(left, FALLBACK_POLL_MS));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          // Told while the database was asked.
          if (told) wake();
        });
      }
    } finally {
      unsubscribe();
      this.waiting.delete(ring);
    }
  }

  private knows(names: readonly string[], position: Position): boolean {
    return this.position >= position && names.every((name) => this.members.includes(name));
  }

  private async isServed(names: readonly string[], position: Position): Promise<boolean> {
    const { rows } = await this.pool.query<{ behind: string }>({
      name: 'served-position',
      text: `
        SELECT count(*) AS behind FROM unnest($1::text[]) AS wanted(projection)
        LEFT JOIN projection_generations ON projection_generations.projection = wanted.projection
          AND state = 'active'
        LEFT JOIN checkpoints ON checkpoints.name = wanted.projection
          || CASE WHEN coalesce(generation, 1) = 1 THEN '' ELSE '@' || generation END
        WHERE coalesce(position, -1) < $2`,
      values: [[...names], position.toString()],
    });
    return rows[0]?.behind === '0';
  }
}
