import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { DomainEvent, workspaceDecider, WorkspaceState } from '@voxpersona/domain';
import { Actors, LogReader, Position } from '@voxpersona/event-store';

/** A state is read anew after so long, should this process's reader be held up without noticing. */
const MAX_AGE_MS = 5_000;
const REMEMBERED = 10_000;
const RETRY_MS = 1_000;

interface Remembered {
  state: WorkspaceState;
  position: Position;
  at: number;
}

/**
 * States of workspaces for whoever asks with every request. Each is kept until this process's reader meets an event of the
 * workspace, or a command of this process changes it: a key that is revoked anywhere stops working here within a second,
 * and a request reads nothing. While the log is not being read, every question is asked of the log.
 */
@Injectable()
export class RecentWorkspaces implements OnModuleDestroy {
  private readonly states = new Map<string, Remembered>();
  private readonly ending = new AbortController();
  private running: Promise<void> | undefined;
  private isFollowing = false;
  /** Counts events of workspaces: what was read while one came is not kept. */
  private seen = 0;
  private retryAt = 0;

  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly reader: LogReader<DomainEvent>,
  ) {}

  /** @throws EventStoreUnavailable */
  async read(ownerId: string): Promise<WorkspaceState> {
    this.follow();
    const known = this.states.get(ownerId);
    if (known && this.isCurrent(ownerId, known)) return known.state;
    const { seen, isFollowing } = this;
    const { state, position, exists } = await this.actors.read(workspaceDecider, ownerId);
    // What does not exist is not kept: guesses would fill the memory.
    if (isFollowing && seen === this.seen && exists) {
      if (this.states.size >= REMEMBERED) this.states.clear();
      this.states.set(ownerId, { state, position, at: performance.now() });
    }
    return state;
  }

  async onModuleDestroy(): Promise<void> {
    this.ending.abort();
    await this.running;
  }

  private isCurrent(ownerId: string, { position, at }: Remembered): boolean {
    if (!this.isFollowing || performance.now() - at > MAX_AGE_MS) return false;
    const own = this.actors.knownPosition(workspaceDecider, ownerId);
    return own === undefined || own <= position;
  }

  private follow(): void {
    if (this.running || this.ending.signal.aborted || performance.now() < this.retryAt) return;
    this.running = this.watch()
      .catch(() => undefined)
      .finally(() => {
        this.isFollowing = false;
        this.states.clear();
        this.retryAt = performance.now() + RETRY_MS;
        this.running = undefined;
      });
  }

  private async watch(): Promise<void> {
    const { signal } = this.ending;
    const after = await this.reader.store.head();
    const prefix = `${workspaceDecider.category}-`;
    for await (const item of this.reader.subscribe({ after, filter: { streamPrefixes: [prefix] }, signal })) {
      if (item.kind === 'event') {
        this.seen += 1;
        this.states.delete(item.event.stored.stream.slice(prefix.length));
      } else if (item.kind === 'caughtUp') {
        this.isFollowing = true;
      }
    }
  }
}
