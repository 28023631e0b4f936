import { embedderName, RecordedEmbedder } from '@voxpersona/domain';
import { FollowerLog, FollowerStatus, Position } from '@voxpersona/event-store';
import { VectorFilter, VectorIndexDigest, VectorIndexState } from '@voxpersona/vector-index';
import { PostgresListener } from '@voxpersona/platform';
import { isHopeless, repairAdvice, VectorRepairs } from '@voxpersona/vector-store';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import {
  Generation,
  GenerationComparison,
  GENERATIONS_CHANNEL,
  listGenerations,
  TableDigest,
} from '../generations/generation';
import { VECTOR_INDEX } from '../read-models';
import { finishIndexGeneration, noteIndexProgress, settleIndexGenerations } from './index-generation-rows';
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
  /** @param generation its number: generations keep their snapshots apart */
  createReplica(identity: RecordedEmbedder, generation: number): VectorIndexReplica;
  backfill: Backfill;
  /** Tells what becomes of vectors that an index lacks; without it nobody makes them again. */
  repairs?: VectorRepairs;
  log: FollowerLog & { log(message: string): void };
  /** Milliseconds that a search waits for an index that is being built. */
  patienceMs: number;
  /** Tells when the generations have changed. */
  listener: PostgresListener;
  /** Milliseconds between two looks whether the next index is complete. */
  pollMs?: number;
}

/** One generation as this process has it. */
interface OwnIndex {
  generation: Generation;
  identity: RecordedEmbedder;
  /** Undefined: its embedder is gone, so nothing can be asked of it. */
  embedder: QueryEmbedder | undefined;
  replica: VectorIndexReplica;
}

/** What searches by vector, and what is being built beside it. */
export interface GenerationsStatus {
  serving: {
    embedder: RecordedEmbedder;
    canBeAsked: boolean;
    index: VectorIndexState | null;
    /** Vectors that events name and that are not there; null: none. */
    missingVectors: { count: number; advice: string | null } | null;
  };
  building: {
    embedder: RecordedEmbedder;
    open: number | null;
    parked: number | null;
    missingVectors: { count: number; advice: string | null } | null;
  } | null;
}

const POLL_MS = 1_000;
/** Looks at the generations at least so often, should a notification be lost. */
const FALLBACK_POLL_MS = 30_000;
/** Tries to find both indexes at one position before the next one takes over without being compared. */
const COMPARE_TRIES = 20;

/**
 * The vector indexes of this process: the one that answers, and, while one is built, the next one. The next is built beside,
 * after another embedder was chosen from vectors that jobs make for all that was embedded before; when it lacks nothing, and
 * is like the one that serves where it should be, it takes over in one step. An answer comes from one index throughout. A row
 * in PostgreSQL names the generation that serves; a process whose next index is late goes on with the one before.
 */
export class IndexGenerations {
  private current: OwnIndex | undefined;
  private next: OwnIndex | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private stopped = false;
  private isLooking = false;
  private lookAgain = false;
  private unsubscribe: () => void = () => undefined;
  private compareTries = 0;

  constructor(private readonly options: IndexGenerationsOptions) {}

  async start(): Promise<void> {
    const { configured, log } = this.options;
    const generations = await settleIndexGenerations(this.options.pool, configured.identity);
    const active = generations.find(({ state }) => state === 'active');
    if (!active) throw new Error('No generation of the vector index serves');
    this.current = await this.open(active);
    this.current.replica.start();
    if (embedderName(this.current.identity) !== embedderName(configured.identity)) {
      log.log(
        `The embedder has changed to ${embedderName(configured.identity)}: its index is built beside that of ` +
          `${embedderName(this.current.identity)}, which ${this.current.embedder ? 'goes on serving' : 'cannot be asked any more: search is by words alone'} until then`,
      );
    }
    await this.follow(generations);
    this.unsubscribe = this.options.listener.subscribe(GENERATIONS_CHANNEL, () => this.lookSoon());
    this.lookLater();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.unsubscribe();
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
    const own = this.current;
    if (!own?.embedder) return [];
    const { embedder, replica } = own;
    const [vector] = await embedder.embed([query]);
    if (!vector?.some((value) => value !== 0)) return [];
    const hits = await replica.search(vector, k, filter, this.options.patienceMs).catch((error: unknown) => {
      if (error instanceof VectorIndexNotReady && this.current !== own) return undefined;
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
        missingVectors: await this.missingIn(current),
      },
      building: next
        ? {
            embedder: next.identity,
            open: left?.open ?? null,
            parked: left?.parked ?? null,
            missingVectors: await this.missingIn(next),
          }
        : null,
    };
  }

  /** Vectors that are missing from the index that answers, and from the one that is built. */
  get missingVectors(): { serving: number; building: number } {
    return {
      serving: this.current?.replica.missingVectors ?? 0,
      building: this.next?.replica.missingVectors ?? 0,
    };
  }

  private async missingIn({
    identity,
    replica,
  }: OwnIndex): Promise<{ count: number; advice: string | null } | null> {
    const { missingVectors: count } = replica;
    if (count === 0) return null;
    const name = embedderName(identity);
    const figures = await this.options.repairs?.figures(name);
    return { count, advice: figures ? repairAdvice(figures, name) : null };
  }

  /** False while vectors of this index are being made again. */
  private async isWhole({ identity, replica }: OwnIndex): Promise<boolean> {
    const { repairs } = this.options;
    if (replica.missingVectors === 0 || !repairs) return true;
    return isHopeless(await repairs.figures(embedderName(identity)));
  }

  private async open(generation: Generation): Promise<OwnIndex> {
    const { options } = this;
    const { configured } = options;
    const identity = generation.embedder ?? configured.identity;
    const isConfigured = embedderName(identity) === embedderName(configured.identity);
    return {
      ...{ generation, identity, embedder: isConfigured ? configured : await options.openEmbedder(identity) },
      replica: options.createReplica(identity, generation.generation),
    };
  }

  private lookLater(): void {
    const due = this.next ? (this.options.pollMs ?? POLL_MS) : FALLBACK_POLL_MS;
    this.timer = setTimeout(() => this.lookSoon(), due);
  }

  /** Looks now, or once more after the look that is under way. */
  private lookSoon(): void {
    if (this.stopped) return;
    this.lookAgain = true;
    if (this.isLooking) return;
    clearTimeout(this.timer);
    this.isLooking = true;
    this.looking = this.look().finally(() => {
      this.isLooking = false;
      if (!this.stopped) this.lookLater();
    });
  }

  private async look(): Promise<void> {
    while (this.lookAgain && !this.stopped) {
      this.lookAgain = false;
      try {
        await this.follow(await this.generations());
        if (this.next) await this.goOnWith(this.next);
      } catch (error) {
        // The database, most likely: the index before goes on serving.
        this.options.log.warn(
          `The next vector index waits: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  }

  private async generations(): Promise<Generation[]> {
    const { pool, configured } = this.options;
    const all = await listGenerations(pool, VECTOR_INDEX);
    const own = this.next?.generation;
    const isThere = all.some(({ generation }) => generation === own?.generation);
    // A process that was started with the embedder of before has given it up: this one still needs it.
    return own?.reason === 'embedder' && !isThere ? settleIndexGenerations(pool, configured.identity) : all;
  }

  /** Opens and closes what is built beside, as the rows ask for. What another embedder asks for is left to its processes. */
  private async follow(generations: readonly Generation[]): Promise<void> {
    const configured = embedderName(this.options.configured.identity);
    const wanted = generations.find(
      ({ generation, state, phase, embedder }) =>
        generation !== this.current?.generation.generation &&
        (state === 'active' || (state === 'building' && phase !== 'paused')) &&
        embedder !== null &&
        embedderName(embedder) === configured,
    );
    if (this.next && this.next.generation.generation !== wanted?.generation) {
      await this.next.replica.discard();
      this.next = undefined;
    }
    if (!wanted) return;
    if (this.next) {
      this.next.generation = wanted;
      return;
    }
    this.compareTries = 0;
    this.next = await this.open(wanted);
    this.next.replica.start();
  }

  private async goOnWith(next: OwnIndex): Promise<void> {
    const { generation } = next;
    await this.tell(next);
    if (!(await this.isComplete(next))) return;
    if (generation.state === 'building') {
      if (generation.phase === 'differs') return;
      const verdict = await this.compare(next);
      if (verdict === 'later') return;
      await finishIndexGeneration(this.options.pool, generation, verdict);
      if (verdict && !verdict.equal) {
        this.options.log.error('The next vector index is complete, but not like the one that serves');
      }
      const rows = await listGenerations(this.options.pool, VECTOR_INDEX);
      const now = rows.find((one) => one.generation === generation.generation);
      if (now?.state !== 'active') return;
    }
    await this.switchTo(next);
  }

  private async tell({ generation, replica }: OwnIndex): Promise<void> {
    const head = await replica.head();
    const share = head === 0n ? 1 : Math.min(1, Number(replica.status.position) / Number(head));
    const applied = (await replica.indexState())?.count ?? 0;
    if (generation.progress?.share === share && generation.progress.applied === applied) return;
    await noteIndexProgress(this.options.pool, generation.generation, {
      ...{ applied, share, eventsPerSecond: 0, secondsLeft: null },
    });
  }

  /** Nothing is left to embed, and the replica has read what was embedded last. */
  private async isComplete(next: OwnIndex): Promise<boolean> {
    const { identity, generation, replica } = next;
    if (generation.reason === 'embedder') {
      const left = await this.options.backfill.remaining(embedderName(identity));
      if (left?.open !== 0 || left.parked > 0) return false;
    }
    const head = await replica.head();
    if (!replica.isComplete || !(await replica.waitFor(head, this.options.patienceMs))) return false;
    // What is embedded anew has to be complete. What both lack, and nobody can make again, keeps neither from serving.
    if (generation.reason === 'embedder' && replica.missingVectors > 0) return false;
    if (!(await this.isWhole(next))) return false;
    return !this.current || (await this.isWhole(this.current));
  }

  /**
   * Compares with the index that serves, at one position, where both hold vectors of one embedder.
   *
   * @returns null where there is nothing to compare; `later` where they did not meet
   */
  private async compare({
    generation,
    identity,
    replica,
  }: OwnIndex): Promise<GenerationComparison | null | 'later'> {
    const { current } = this;
    const isComparable =
      current &&
      embedderName(current.identity) === embedderName(identity) &&
      generation.phase !== 'accepted' &&
      generation.reason !== 'rollback';
    if (!isComparable) return null;
    const position = await replica.head();
    const [active, building] = await Promise.race([
      Promise.all([current.replica.digestAt(position), replica.digestAt(position)]),
      sleep(this.options.patienceMs, [null, null], { ref: false }),
    ]);
    if (!active || !building) {
      this.compareTries += 1;
      return this.compareTries < COMPARE_TRIES ? 'later' : null;
    }
    const toDigest = ({ count: rows, hash }: VectorIndexDigest): TableDigest => ({ rows, hash });
    return {
      position: position.toString(),
      equal: active.count === building.count && active.hash === building.hash,
      tables: [{ name: VECTOR_INDEX, active: toDigest(active), building: toDigest(building) }],
    };
  }

  private async switchTo(next: OwnIndex): Promise<void> {
    const before = this.current;
    this.current = next;
    this.next = undefined;
    this.options.log.log(
      `The vector index of ${embedderName(next.identity)}, generation ${next.generation.generation}, is complete and serves from now on`,
    );
    // Its vectors stay in the store, for a way back; the index itself can be built from them at any time.
    await before?.replica.discard();
    if (before) await this.forgetMissing(before, next);
  }

  /** What an index lacked that no longer serves is of no interest. */
  private async forgetMissing(before: OwnIndex, next: OwnIndex): Promise<void> {
    const [former, now] = [before, next].map(({ identity }) => embedderName(identity));
    if (former === undefined || former === now) return;
    await this.options.repairs
      ?.settle(former, before.replica.status.position, [])
      .catch((error: unknown) => this.options.log.warn(`Missing vectors of ${former}: ${String(error)}`));
  }
}
