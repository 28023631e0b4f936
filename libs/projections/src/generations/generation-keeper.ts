import { DomainEvent } from '@voxpersona/domain';
import {
  CheckpointedRunner,
  FollowerLog,
  FollowerStatus,
  Leadership,
  LogFollower,
  LogReader,
  Position,
  readCheckpoint,
  START,
} from '@voxpersona/event-store';
import { inTransaction, isDatabaseFailure, PostgresListener } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, PoolClient } from 'pg';
import { ServingGroup } from '../serving/serving-group';
import { beginOwnVersion } from './begin-own-version';
import { ErasureConsumer } from './erasure-consumer';
import {
  announceGenerations,
  checkpointName,
  Generation,
  GENERATIONS_CHANNEL,
  listGenerations,
} from './generation';
import { GenerationBuilder, STANDS_STILL_MS } from './generation-builder';
import { OneAtATime } from './one-at-a-time';
import { ReadModel } from './read-model';
import { dropRetired } from './retired-generations';

/** Looks at the generations at least so often, should a notification be lost. */
const FALLBACK_POLL_MS = 30_000;
/** The same while it waits for something that nobody announces. */
const UNSETTLED_POLL_MS = 1_000;
/** A process of a newer build that lost its connection is back after these looks. */
const NEWER_BUILD_LOOKS = 5;
/** Erasures in a retired generation are rare; its checkpoint is written so often. */
const ERASURE_IGNORED_MS = 60_000;

interface Part {
  follower: LogFollower;
  /** What it was started for; another one takes its place when this changes. */
  purpose: string;
}

/** A build that stopped at an event: it waits for somebody. */
export interface FailedBuild {
  generation: number;
  /** Type and id of the event. */
  at: string;
}

export interface KeeperOptions {
  reader: LogReader<DomainEvent>;
  pool: Pool;
  listener: PostgresListener;
  leadership: Leadership;
  log: FollowerLog;
  /** Called with the position that the read models which serve have reached. */
  onMoved?: (position: Position, names: readonly string[]) => void;
  standsStillMs?: number;
  ignoredMs?: number;
}

/**
 * Runs what the generations of the read models ask for: feeds those that serve, together, builds the next ones beside them,
 * begins one by itself when this build's version is another than that which serves, and keeps erased things out of the
 * others. Every worker process has one; which of them does the work is settled by leadership, part by part.
 */
export class GenerationKeeper {
  private readonly group: ServingGroup;
  private readonly parts = new Map<string, Part>();
  private readonly builds = new OneAtATime();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private wake: () => void = () => undefined;
  private readonly newerBuildLooks = new Map<string, number>();
  private isSettled = false;
  private serving = '';
  /** Where those stand that this build cannot feed, by name. */
  private readonly servedAt = new Map<string, Position>();
  private readonly failed = new Map<string, FailedBuild>();

  constructor(
    private readonly models: readonly ReadModel[],
    private readonly options: KeeperOptions,
  ) {
    const { reader, pool, leadership, log, onMoved = () => undefined } = options;
    this.group = new ServingGroup(models, reader, pool, leadership, log, onMoved);
  }

  /** Of each read model: how the generation that serves is, and a build that cannot go on by itself. */
  get statuses(): { name: string; status: FollowerStatus; failedBuild: FailedBuild | undefined }[] {
    return this.models.map(({ name }) => ({
      name,
      status: this.statusOf(name),
      failedBuild: this.failed.get(name),
    }));
  }

  start(): void {
    this.running ??= this.run();
    this.group.start();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
    await Promise.all([
      this.group.stop(),
      ...[...this.parts.values()].map(({ follower }) => follower.stop()),
    ]);
  }

  private statusOf(name: string): FollowerStatus {
    const position = this.servedAt.get(name);
    if (position === undefined) return this.group.statusOf(name);
    // Another version serves: it stands still, unless a process of its build feeds it.
    return { state: 'running', position, caughtUp: false };
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const unsubscribe = this.options.listener.subscribe(GENERATIONS_CHANNEL, () => this.wake());
    try {
      while (!signal.aborted) {
        const woken = new AbortController();
        this.wake = () => woken.abort();
        await this.reconcile().catch((error: unknown) => {
          this.isSettled = false;
          if (!isDatabaseFailure(error)) this.options.log.error(`Read models: ${String(error)}`);
        });
        const either = AbortSignal.any([signal, woken.signal]);
        const patience = this.isSettled ? FALLBACK_POLL_MS : UNSETTLED_POLL_MS;
        await sleep(patience, undefined, { signal: either }).catch(() => undefined);
      }
    } finally {
      unsubscribe();
    }
  }

  private async reconcile(): Promise<void> {
    const generations = await this.withOneThatServes();
    await this.look(generations);
    const wanted = new Map<string, Part | (() => Part)>();
    for (const model of this.models) {
      for (const generation of generations.filter(({ projection }) => projection === model.name)) {
        const purpose = purposeOf(model, generation);
        if (purpose === 'serve') continue;
        const name = checkpointName(model.name, generation.generation);
        const known = this.parts.get(name);
        if (known?.purpose === purpose) wanted.set(name, known);
        else wanted.set(name, () => ({ follower: this.create(model, generation, purpose), purpose }));
      }
    }
    const ended = [...this.parts].filter(([name, part]) => wanted.get(name) !== part);
    await Promise.all(ended.map(([, { follower }]) => follower.stop()));
    for (const [name] of ended) this.parts.delete(name);
    for (const [name, part] of wanted) {
      if (typeof part !== 'function') continue;
      const made = part();
      this.parts.set(name, made);
      made.follower.start();
    }
    await dropRetired(this.models, generations, this.options.pool);
  }

  /** Notes what is to be seen from outside, and tells the group who serves. */
  private async look(generations: readonly Generation[]): Promise<void> {
    const serving = generations.filter(({ state }) => state === 'active');
    const names = serving.map(
      ({ projection, generation, version }) => `${projection}@${generation}.${version}`,
    );
    if (names.join() !== this.serving || this.group.hasLeft) this.group.refresh();
    this.serving = names.join();
    this.isSettled = true;
    this.failed.clear();
    for (const { projection, generation, state, phase, problem } of generations) {
      if (state !== 'building' || phase !== 'failed') continue;
      this.failed.set(projection, { generation, at: `${problem?.type} ${problem?.eventId}` });
    }
    for (const { name, version } of this.models) {
      const active = serving.find(({ projection }) => projection === name);
      if (!active || active.version === version) {
        this.servedAt.delete(name);
        continue;
      }
      this.isSettled = false;
      const checkpoint = await readCheckpoint(this.options.pool, checkpointName(name, active.generation));
      this.servedAt.set(name, checkpoint?.position ?? START);
    }
  }

  private create(model: ReadModel, generation: Generation, purpose: string): LogFollower {
    const { reader, pool, leadership, log, standsStillMs = STANDS_STILL_MS } = this.options;
    if (purpose.startsWith('build')) {
      const work = [reader, pool, model, generation, leadership, this.builds, log] as const;
      return new GenerationBuilder(...work, standsStillMs);
    }
    const consumer = new ErasureConsumer(model, generation, leadership);
    const ignoredMs = this.options.ignoredMs ?? ERASURE_IGNORED_MS;
    return new CheckpointedRunner(reader, pool, consumer, leadership, log, ignoredMs);
  }

  /** All generations, after making sure that one of each serves, and that one of this build's version does or is built. */
  private async withOneThatServes(): Promise<Generation[]> {
    const { pool } = this.options;
    const generations = await listGenerations(pool);
    const unsettled: ReadModel[] = [];
    for (const model of this.models) {
      const own = generations.filter(({ projection }) => projection === model.name);
      const active = own.find(({ state }) => state === 'active');
      const building = own.find(({ state }) => state === 'building');
      const isSettled = active && [active, building].some((one) => one?.version === model.version);
      if (isSettled || (active && (await this.isLeftToNewerBuild(model, [active, building])))) continue;
      unsettled.push(model);
    }
    if (unsettled.length === 0) return generations;
    await inTransaction(pool, async (transaction) => {
      for (const model of unsettled) await this.makeOne(model, transaction);
      await announceGenerations(transaction);
    });
    return listGenerations(pool);
  }

  private async makeOne(model: ReadModel, transaction: PoolClient): Promise<void> {
    const { name, version } = model;
    // Whoever comes second finds what the first has made.
    await transaction.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`generations of ${name}`]);
    const generations = await listGenerations(transaction, name);
    const active = generations.find(({ state }) => state === 'active');
    if (!active) {
      const checkpoint = await readCheckpoint(transaction, checkpointName(name, 1));
      await transaction.query(
        `INSERT INTO projection_generations (projection, generation, version, state, reason, activated_at)
         VALUES ($1, 1, $2, 'active', 'first', now())`,
        [name, checkpoint?.version ?? version],
      );
    } else if (!generations.some((one) => one.state !== 'retired' && one.version === version)) {
      await beginOwnVersion(model, generations, active, transaction);
      this.options.log.warn(
        `${name}: version ${version} is built beside version ${active.version}, which serves until then`,
      );
    }
  }

  /**
   * While a deploy rolls, processes of two builds live side by side: the older one leaves things to the newer. Where no newer
   * one is left, as after going back, it builds its own. A newer one that cannot be seen may just have lost its connection.
   */
  private async isLeftToNewerBuild(
    { name, version: own }: ReadModel,
    generations: readonly (Generation | undefined)[],
  ): Promise<boolean> {
    const newer = generations.filter((one) => one && one.version > own) as Generation[];
    if (newer.length === 0) return false;
    const { leadership } = this.options;
    for (const { generation, version } of newer) {
      const checkpoint = checkpointName(name, generation);
      const isThere =
        (await leadership.isRun(checkpoint, version)) ||
        (await leadership.isRun(`build ${checkpoint}`, version));
      if (isThere) {
        this.newerBuildLooks.delete(name);
        return true;
      }
    }
    const looks = (this.newerBuildLooks.get(name) ?? 0) + 1;
    this.newerBuildLooks.set(name, looks);
    return looks < NEWER_BUILD_LOOKS;
  }
}

/** What this build does with a generation. */
function purposeOf(model: ReadModel, { version, state, phase }: Generation): string {
  if (version !== model.version) return 'erase';
  if (state === 'active') return 'serve';
  return state === 'building' && (phase === 'reading' || phase === 'accepted') ? `build ${phase}` : 'erase';
}
