import { EventEmitter } from 'node:events';
import { Wire } from './types';

export interface QueuedUpdate {
  readonly id: number;
  /** Updates of one lane keep their order. */
  readonly lane: string;
  readonly wire: Wire;
}

/** What a bot must ask for by name. */
const ON_REQUEST = new Set(['chat_member', 'message_reaction', 'message_reaction_count']);

/** Updates that the bot has not confirmed, in order. Outlives the bot. */
export class UpdateQueue {
  /** Emits 'arrival' after an update came. */
  readonly arrivals = new EventEmitter().setMaxListeners(0);
  private waiting: QueuedUpdate[] = [];
  private nextId = 100_000_000 + Math.floor(Math.random() * 100_000_000);
  private allowed: ReadonlySet<string> | undefined;

  get all(): readonly QueuedUpdate[] {
    return this.waiting;
  }

  /** What was asked for by name; undefined: everything that needs no asking. */
  get allowedUpdates(): readonly string[] | undefined {
    return this.allowed && [...this.allowed];
  }

  /** Holds for updates that come from now on. An empty list is the default set. */
  allow(kinds: readonly string[]): void {
    this.allowed = kinds.length > 0 ? new Set(kinds) : undefined;
  }

  add(kind: string, body: Wire, lane: string): void {
    const isWanted = this.allowed ? this.allowed.has(kind) : !ON_REQUEST.has(kind);
    if (!isWanted) return;
    const id = this.nextId;
    this.nextId += 1;
    this.waiting.push({ id, lane, wire: { update_id: id, [kind]: body } });
    this.arrivals.emit('arrival');
  }

  /** Forgets what lies before the offset; a negative one keeps that many from the end. */
  confirm(offset: number): void {
    if (offset < 0) this.waiting = this.waiting.slice(offset);
    else this.waiting = this.waiting.filter(({ id }) => id >= offset);
  }

  remove(id: number): void {
    this.waiting = this.waiting.filter((update) => update.id !== id);
  }

  clear(): void {
    this.waiting = [];
  }
}
