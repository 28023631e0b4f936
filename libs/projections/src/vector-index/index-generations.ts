import { embedderName, RecordedEmbedder } from '@voxpersona/domain';
import { FollowerLog, FollowerStatus, Position } from '@voxpersona/event-store';
import { VectorFilter, VectorIndexState } from '@voxpersona/vector-index';
import { Pool } from 'pg';
import { readActiveEmbedder, writeActiveEmbedder } from './active-embedder';
import { VectorIndexNotReady, VectorIndexReplica } from './vector-index-replica';

/** Turns a question into a vector, by the same embedder that made the index. */
export interface QueryEmbedder {
  readonly identity: RecordedEmbedder;
  /** Cosine below which a hit says nothing. */
  readonly minSimilarity: number;
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}

/** What is left to embed before an embedder has embedded everything. */
export interface Backfill {
  /** @returns passages sets to be embedded; of these, how many were given up; null while that is not known yet */
  remaining(embedder: string): Promise<{ open: number; parked: number } | null>;
}

export interface IndexGenerationsOptions {
  pool: Pool;
  /** The embedder that the configuration names. */
  configured: QueryEmbedder;
  /** Opens the embedder of the index before; undefined where that can no longer be had. */
  openEmbedder(identity: RecordedEmbedder): Promise<QueryEmbedder | undefined>;
  createReplica(identity: RecordedEmbedder): VectorIndexReplica;
  backfill: Backfill;
  log: FollowerLog & { log(message: string): void };
  /** Milliseconds that a search waits for an index that is being built. */
  patienceMs: number;
  /** Milliseconds between two looks whether the next index is complete. */
  pollMs?: number;
}

interface Generation {
  identity: RecordedEmbedder;
  /** Undefined: its embedder is gone, so nothing can be asked of it. */
  embedder: QueryEmbedder | undefined;
  replica: VectorIndexReplica;
}

/** What searches by vector, and what is being built beside it. */
export interface GenerationsStatus {
  serving: { embedder: RecordedEmbedder; canBeAsked: boolean; index: VectorIndexState | null };
  building: { embedder: RecordedEmbedder; open: number | null; parked: number | null } | null;
}

/**
 * The vector indexes of this process: the one that answers, and, after another embedder was chosen, the next one. The
 * next is built beside, from vectors that jobs make for all that was embedded before; when it lacks nothing, it takes
 * over in one step. An answer comes from one index throughout.
 */
export class IndexGenerations {
  private current: Generation | undefined;
  private next: Generation | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: IndexGenerationsOptions) {}

  async start(): Promise<void> {
    const { pool, configured, log } = this.options;
    const active = await readActiveEmbedder(pool);
    const identity = configured.identity;
    const own = { identity, embedder: configured, replica: this.options.createReplica(identity) };
    if (!active || embedderName(active) === embedderName(identity)) {
      if (!active) await writeActiveEmbedder(pool, identity);
      this.current = own;
    } else {
      const embedder = await this.options.openEmbedder(active);
      this.current = { identity: active, embedder, replica: this.options.createReplica(active) };
      this.next = own;
      log.log(
        `The embedder has changed to ${embedderName(identity)}: its index is built beside that of ` +
          `${embedderName(active)}, which ${embedder ? 'goes on serving' : 'cannot be asked any more: search is by words alone'} until then`,
      );
      this.lookLater();
    }
    this.current.replica.start();
    this.next?.replica.start();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
    await Promise.all([this.current?.replica.stop(), this.next?.replica.stop()]);
  }

  /**
   * Ids of the passages that mean most nearly what is asked, best first; none for a text without any feature.
   *
   * @throws VectorIndexNotReady
   */
  async search(query: string, k: number, filter: VectorFilter): Promise<string[]> {
    const generation = this.current;
    if (!generation?.embedder) return [];
    const { embedder, replica } = generation;
    const [vector] = await embedder.embed([query]);
    if (!vector?.some((value) => value !== 0)) return [];
    const hits = await replica.search(vector, k, filter, this.options.patienceMs).catch((error: unknown) => {
      if (error instanceof VectorIndexNotReady && this.current !== generation) return undefined;
      throw error;
    });
    // The next index has taken over meanwhile: its embedder has to be asked too.
    if (!hits) return this.search(query, k, filter);
    return hits.filter(({ score }) => score >= embedder.minSimilarity).map(({ id }) => id);
  }

  async waitFor(position: Position, patienceMs: number): Promise<boolean> {
    return (await this.current?.replica.waitFor(position, patienceMs)) ?? false;
  }

  /** Of the index that answers. */
  get followerStatus(): FollowerStatus {
    return this.current?.replica.status ?? { state: 'stopped', position: 0n };
  }

  async status(): Promise<GenerationsStatus | null> {
    const { current, next } = this;
    if (!current) return null;
    const left = next && (await this.options.backfill.remaining(embedderName(next.identity)));
    return {
      serving: {
        embedder: current.identity,
        canBeAsked: current.embedder !== undefined,
        index: await current.replica.indexState(),
      },
      building: next
        ? { embedder: next.identity, open: left?.open ?? null, parked: left?.parked ?? null }
        : null,
    };
  }

  private lookLater(): void {
    this.timer = setTimeout(() => {
      this.looking = this.switchWhenComplete();
    }, this.options.pollMs ?? 1_000);
  }

  private async switchWhenComplete(): Promise<void> {
    try {
      if (this.next && (await this.isComplete(this.next))) await this.switchTo(this.next);
    } catch (error) {
      // The database, most likely: the index before goes on serving.
      this.options.log.warn(
        `The next vector index waits: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    if (this.next && !this.stopped) this.lookLater();
  }

  /** Nothing is left to embed, and the replica has read what was embedded last. */
  private async isComplete({ identity, replica }: Generation): Promise<boolean> {
    const left = await this.options.backfill.remaining(embedderName(identity));
    if (left?.open !== 0 || left.parked > 0) return false;
    const head = await replica.head();
    return replica.isComplete && replica.waitFor(head, this.options.patienceMs);
  }

  private async switchTo(next: Generation): Promise<void> {
    const before = this.current;
    await writeActiveEmbedder(this.options.pool, next.identity);
    this.current = next;
    this.next = undefined;
    this.options.log.log(
      `The vector index of ${embedderName(next.identity)} is complete and serves from now on`,
    );
    // Its vectors stay in the store, for a way back; the index itself can be built from them at any time.
    await before?.replica.discard();
  }
}
