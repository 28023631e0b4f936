import { DomainEvent } from '@voxpersona/domain';
import {
  CheckpointedRunner,
  EventCodec,
  EventStore,
  FollowerLog,
  FollowerStatus,
  Leadership,
  LogFollower,
  Position,
  readCheckpoint,
  START,
} from '@voxpersona/event-store';
import { inTransaction, isDatabaseFailure, PostgresListener } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, PoolClient } from 'pg';
import {
  announceGenerations,
  checkpointName,
  Generation,
  GENERATIONS_CHANNEL,
  listGenerations,
} from './generation';
import { GenerationBuilder, STANDS_STILL_MS } from './generation-builder';
import { ErasureConsumer, GenerationConsumer } from './generation-consumer';
import { beginGeneration } from './begin-generation';
import { OneAtATime } from './one-at-a-time';
import { ReadModel } from './read-model';
import { alignColumns, dropGeneration } from './tables';

/** Looks at the generations at least so often, should a notification be lost. */
const FALLBACK_POLL_MS = 1_000;
/** A process of a newer build that lost its connection is back after these looks. */
const NEWER_BUILD_LOOKS = 5;

interface Part {
  follower: LogFollower;
  /** What it was started for; another one takes its place when this changes. */
  purpose: string;
  /** Of the generation that serves. */
  isServing: boolean;
}

/** A build that stopped at an event: it waits for somebody. */
export interface FailedBuild {
  generation: number;
  /** Type and id of the event. */
  at: string;
}

/**
 * Runs, of one read model, what its generations ask for: follows those that are complete, builds the next one, and begins
 * one by itself when this build's version is another than that which serves. Every worker process has one; which of them
 * does the work is settled by leadership, part by part.
 */
export class GenerationKeeper {
  private readonly parts = new Map<number, Part>();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private wake: () => void = () => undefined;
  private newerBuildLooks = 0;
  /** Where the generation that serves stands, while nobody here goes on with it. */
  private servedAt: Position | undefined;
  private failed: FailedBuild | undefined;

  constructor(
    private readonly model: ReadModel,
    private readonly store: EventStore,
    private readonly codec: EventCodec<DomainEvent>,
    private readonly pool: Pool,
    private readonly listener: PostgresListener,
    private readonly leadership: Leadership,
    private readonly builds: OneAtATime,
    private readonly log: FollowerLog,
    private readonly standsStillMs = STANDS_STILL_MS,
  ) {}

  get name(): string {
    return this.model.name;
  }

  /** Of the generation that serves. */
  get status(): FollowerStatus {
    const serving = [...this.parts.values()].find(({ isServing }) => isServing);
    // Until it has looked for the first time nobody knows how far it is.
    const status = serving?.follower.status ?? { state: 'running', position: START, caughtUp: false };
    const isWell = status.state === 'running' || status.state === 'standby';
    if (this.servedAt === undefined || !isWell) return status;
    // What only cuts erased things out of it says nothing about the rest: that stands still until the next one serves.
    return { state: 'running', position: this.servedAt, caughtUp: false };
  }

  /** A build of it that cannot go on by itself. */
  get failedBuild(): FailedBuild | undefined {
    return this.failed;
  }

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
    await Promise.all([...this.parts.values()].map(({ follower }) => follower.stop()));
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const unsubscribe = this.listener.subscribe(GENERATIONS_CHANNEL, () => this.wake());
    try {
      while (!signal.aborted) {
        await this.reconcile().catch((error: unknown) => {
          if (!isDatabaseFailure(error)) this.log.error(`${this.name}: ${String(error)}`);
        });
        const woken = new AbortController();
        this.wake = () => woken.abort();
        const either = AbortSignal.any([signal, woken.signal]);
        await sleep(FALLBACK_POLL_MS, undefined, { signal: either }).catch(() => undefined);
      }
    } finally {
      unsubscribe();
    }
  }

  private async reconcile(): Promise<void> {
    const generations = await this.withOneThatServes();
    await this.look(generations);
    const wanted = new Map<number, Part | (() => Part)>();
    for (const generation of generations) {
      const purpose = this.purposeOf(generation);
      const known = this.parts.get(generation.generation);
      const isServing = generation.state === 'active';
      if (known?.purpose === purpose) {
        known.isServing = isServing;
        wanted.set(generation.generation, known);
      } else {
        wanted.set(generation.generation, () => ({
          ...{ follower: this.create(generation, purpose), purpose, isServing },
        }));
      }
    }
    const ended = [...this.parts].filter(([number, part]) => wanted.get(number) !== part);
    await Promise.all(ended.map(([, { follower }]) => follower.stop()));
    for (const [number] of ended) this.parts.delete(number);
    for (const [number, part] of wanted) {
      if (typeof part !== 'function') continue;
      const made = part();
      this.parts.set(number, made);
      made.follower.start();
    }
  }

  /** Notes what is to be seen from outside. */
  private async look(generations: readonly Generation[]): Promise<void> {
    const failed = generations.find(({ state, phase }) => state === 'building' && phase === 'failed');
    this.failed = failed && {
      ...{ generation: failed.generation, at: `${failed.problem?.type} ${failed.problem?.eventId}` },
    };
    const serving = generations.find(({ state }) => state === 'active');
    if (!serving || this.purposeOf(serving) !== 'cut') {
      this.servedAt = undefined;
      return;
    }
    const checkpoint = await readCheckpoint(this.pool, checkpointName(this.name, serving.generation));
    this.servedAt = checkpoint?.position ?? START;
  }

  /** What this build does with a generation. */
  private purposeOf({ version, state, phase }: Generation): string {
    if (version !== this.model.version) return 'cut';
    if (state !== 'building') return 'follow';
    return phase === 'reading' || phase === 'accepted' ? `build ${phase}` : 'cut';
  }

  private create(generation: Generation, purpose: string): LogFollower {
    const { store, codec, pool, model, leadership, builds, log, standsStillMs } = this;
    if (purpose.startsWith('build')) {
      const work = [store, codec, pool, model, generation, leadership, builds, log] as const;
      return new GenerationBuilder(...work, standsStillMs);
    }
    const consumer =
      purpose === 'cut'
        ? new ErasureConsumer(model, generation, leadership)
        : new GenerationConsumer(model, generation.generation);
    return new CheckpointedRunner(store, codec, pool, consumer, leadership, log);
  }

  /** All generations, after making sure that one serves, and that one of this build's version does or is built. */
  private async withOneThatServes(): Promise<Generation[]> {
    const generations = await listGenerations(this.pool, this.name);
    const active = generations.find(({ state }) => state === 'active');
    const building = generations.find(({ state }) => state === 'building');
    const isSettled = active && [active, building].some((one) => one?.version === this.model.version);
    if (isSettled || (active && (await this.isLeftToNewerBuild([active, building])))) return generations;
    await inTransaction(this.pool, (transaction) => this.makeOne(transaction));
    return listGenerations(this.pool, this.name);
  }

  private async makeOne(transaction: PoolClient): Promise<void> {
    // Whoever comes second finds what the first has made.
    await transaction.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`generations of ${this.name}`]);
    const generations = await listGenerations(transaction, this.name);
    const active = generations.find(({ state }) => state === 'active');
    if (!active) {
      const checkpoint = await readCheckpoint(transaction, checkpointName(this.name, 1));
      await transaction.query(
        `INSERT INTO projection_generations (projection, generation, version, state, reason, activated_at)
         VALUES ($1, 1, $2, 'active', 'first', now())`,
        [this.name, checkpoint?.version ?? this.model.version],
      );
    } else if (
      !generations.some(({ state, version }) => state !== 'retired' && version === this.model.version)
    ) {
      await this.beginOwnVersion(generations, active, transaction);
    }
    await announceGenerations(transaction);
  }

  private async beginOwnVersion(
    generations: readonly Generation[],
    active: Generation,
    transaction: PoolClient,
  ): Promise<void> {
    for (const { state, generation } of generations) {
      if (state === 'building') await dropGeneration(this.model, generation, transaction);
    }
    await alignColumns(this.model, active.generation, transaction);
    const { version } = this.model;
    // A build before, or the one that was gone back from, may have left one of this very version.
    const kept = generations.find((one) => one.state === 'retired' && one.version === version && !one.pruned);
    if (kept) {
      await transaction.query(
        `UPDATE projection_generations SET state = 'building', phase = 'reading', reason = 'version'
         WHERE projection = $1 AND generation = $2`,
        [this.name, kept.generation],
      );
    } else {
      await beginGeneration(this.model, { version, reason: 'version', embedder: null }, transaction);
    }
    this.log.warn(
      `${this.name}: version ${version} is built beside version ${active.version}, which serves until then`,
    );
  }

  /**
   * While a deploy rolls, processes of two builds live side by side: the older one leaves things to the newer. Where no newer
   * one is left, as after going back, it builds its own. A newer one that cannot be seen may just have lost its connection.
   */
  private async isLeftToNewerBuild(generations: readonly (Generation | undefined)[]): Promise<boolean> {
    const newer = generations.filter((one) => one && one.version > this.model.version) as Generation[];
    if (newer.length === 0) return false;
    for (const { generation, version } of newer) {
      const checkpoint = checkpointName(this.name, generation);
      const isThere =
        (await this.leadership.isRun(checkpoint, version)) ||
        (await this.leadership.isRun(`build ${checkpoint}`, version));
      if (isThere) {
        this.newerBuildLooks = 0;
        return true;
      }
    }
    this.newerBuildLooks += 1;
    return this.newerBuildLooks < NEWER_BUILD_LOOKS;
  }
}
