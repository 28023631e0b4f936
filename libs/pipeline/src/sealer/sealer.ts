import { deriveId, DomainEvent, LogSealed, Seal, sealDecider, sealsId } from '@voxpersona/domain';
import {
  Actors,
  appendSealedEvents,
  EventStore,
  everySealedEvent,
  isPassing,
  lastSealedPosition,
  leafHash,
  LogReader,
  MerkleFrontier,
  Position,
  ReadAllPage,
  readSeals,
  SealedEvent,
  SealedMeanwhile,
  SealSigner,
  verifyHash,
  START,
} from '@voxpersona/event-store';
import { inTransaction } from '@voxpersona/platform';
import { Pool } from 'pg';
import { SealFile } from './seal-file';

export interface SealerOptions {
  /** Events after which the log is sealed. */
  everyEvents: number;
  /** Milliseconds after which it is sealed where there is anything new. */
  everyMs: number;
  /** Milliseconds between two looks at the log. */
  pollMs: number;
  /** Where what this process has read anyway is found; without it the log is read. */
  reader?: Pick<LogReader<DomainEvent>, 'read'>;
  log: { warn(message: string): void; error(message: string): void };
}

export const SEALER_DEFAULTS = { everyEvents: 1_000, everyMs: 60_000, pollMs: 2_000 };

/** What was sealed before is not what the seals say: sealing on would put a good name to it. */
export class SealsDisagree extends Error {
  constructor() {
    super(
      'The list of sealed events does not lead to the last seal. Nothing more is sealed; see vox audit verify',
    );
    this.name = 'SealsDisagree';
  }
}

/**
 * Seals the log: takes every event's hash into a Merkle tree in the order of the log, signs its root, appends that, and writes
 * it to a file that can be kept elsewhere. Of all processes one does so at a time.
 */
export class Sealer {
  private frontier = new MerkleFrontier();
  private position: Position = START;
  private pending: (SealedEvent & { type: string; position: Position })[] = [];
  private pendingSince = 0;
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();
  private stopped = true;

  constructor(
    private readonly store: EventStore,
    private readonly actors: Actors<DomainEvent>,
    private readonly pool: Pool,
    private readonly signer: SealSigner,
    private readonly file: SealFile,
    private readonly options: SealerOptions,
  ) {}

  start(): void {
    this.stopped = false;
    this.working = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.working;
  }

  /**
   * Seals what is in the log now.
   *
   * @returns the seal; null where there is nothing that the last one does not cover
   * @throws SealsDisagree, EventStoreUnavailable
   */
  async sealNow(): Promise<Seal | null> {
    for (;;) {
      await this.load();
      await this.readAll();
      try {
        return await this.seal();
      } catch (error) {
        if (!(error instanceof SealedMeanwhile)) throw error;
      }
    }
  }

  /** The same beside one that may be running in this process: it finds itself overtaken, and goes on from there. */
  sealOnDemand(): Promise<Seal | null> {
    const { store, actors, pool, signer, file, options } = this;
    return new Sealer(store, actors, pool, signer, file, options).sealNow();
  }

  private async run(): Promise<void> {
    try {
      await this.load();
      await this.look();
    } catch (error) {
      this.fail(error);
    }
  }

  private async look(): Promise<void> {
    const atEnd = this.take(await this.nextPage());
    const isDue =
      this.pending.length >= this.options.everyEvents ||
      (this.pending.length > 0 && Date.now() - this.pendingSince >= this.options.everyMs);
    if (isDue) await this.seal();
    if (this.stopped) return;
    this.timer = setTimeout(
      () => {
        this.working = this.look().catch((error: unknown) => this.fail(error));
      },
      atEnd ? this.options.pollMs : 0,
    );
  }

  /** Goes on with what passes by itself; anything else needs somebody. */
  private fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (!isPassing(error) && !(error instanceof SealedMeanwhile)) {
      this.options.log.error(`The log is not sealed any more: ${reason}`);
      return;
    }
    this.options.log.warn(`Sealing waits: ${reason}`);
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.working = this.run();
    }, this.options.pollMs);
  }

  /** Takes up where the last one, of whichever process, left off. */
  private async load(): Promise<void> {
    this.frontier = new MerkleFrontier();
    this.pending = [];
    const seals = (await readSeals(this.store)).map(({ seal }) => seal);
    const last = seals.at(-1);
    let root: string | undefined;
    for await (const { hash } of everySealedEvent(this.pool)) {
      this.frontier.append(leafHash(hash));
      if (this.frontier.size === last?.treeSize) root = this.frontier.root();
    }
    if (root !== last?.rootHash) throw new SealsDisagree();
    await this.file.complete(
      seals.filter((seal) => seal !== null),
      this.signer.verifier.publicKey,
    );
    this.position = await lastSealedPosition(this.pool);
  }

  private async readAll(): Promise<void> {
    while (!this.take(await this.store.readAll({ after: this.position })));
  }

  /** What this process has read anyway need not be read again. */
  private async nextPage(): Promise<ReadAllPage> {
    const { reader } = this.options;
    if (!reader) return this.store.readAll({ after: this.position });
    const page = await reader.read(this.position);
    return { ...page, events: page.events.map(({ stored }) => stored) };
  }

  /** Never seals what does not stand for itself. @returns whether the end of the log was reached */
  private take(page: ReadAllPage): boolean {
    if (this.pending.length === 0 && page.events.length > 0) this.pendingSince = Date.now();
    for (const event of page.events) {
      const { id: eventId, type, position } = event;
      this.pending.push({ eventId, type, position, hash: verifyHash(event) });
    }
    this.position = page.position;
    return page.atEnd;
  }

  private async seal(): Promise<Seal | null> {
    // A seal that covers but a seal would be followed by another one for ever.
    if (this.pending.every(({ type }) => type === LogSealed.type)) return null;
    const events = this.pending;
    const firstLeaf = this.frontier.size;
    await inTransaction(this.pool, (transaction) => appendSealedEvents(transaction, firstLeaf, events));
    for (const { hash } of events) this.frontier.append(leafHash(hash));
    this.pending = [];
    const sealedAt = new Date().toISOString();
    const statement = { treeSize: this.frontier.size, rootHash: this.frontier.root(), sealedAt };
    const seal = this.signer.seal(statement);
    const commandId = deriveId('seal', seal.treeSize, seal.rootHash);
    const actor = { kind: 'system' as const, id: 'sealer', owner: null };
    const context = { commandId, correlationId: commandId, causationId: commandId, actor };
    await this.actors.ask(sealDecider, sealsId(sealedAt), { type: 'RecordSeal', seal }, context);
    await this.file.append(seal, this.signer.verifier.publicKey);
    return seal;
  }
}
