import { ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';

type Message =
  | { kind: 'written'; stream: string; revision: number; id: string }
  | { kind: 'fenced' | 'failed'; stream: string; error?: string }
  | { kind: 'ended' };

const DIST = join(__dirname, '../../../dist/libs');

/** A process that appends to several streams without a pause, and can be stopped at any moment. */
export class WritingProcess {
  /** Streams by the ids of the events that it knows to be written. */
  readonly written = new Map<string, string>();
  /** Streams, once per append that was refused because another writer was first. */
  readonly fenced: string[] = [];
  /** Names of the errors after which it tried again. */
  readonly failures: string[] = [];
  private readonly told = new EventEmitter();
  private readonly child: ChildProcess;

  /** @param wrapper a program and its arguments that run the process, such as `unshare --net` */
  constructor(
    readonly streams: readonly string[],
    wrapper: readonly string[] = [],
  ) {
    this.told.setMaxListeners(0);
    const [program, ...args] = [...wrapper, process.execPath, join(__dirname, 'endless-writer.cjs')];
    this.child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.child.on('message', (message: Message) => this.hear(message));
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error('The writing process did not start');
    return pid;
  }

  begin(connectionString: string): void {
    const modules = {
      platformModule: join(DIST, 'platform/src'),
      eventStoreModule: join(DIST, 'event-store/src'),
    };
    this.child.send({ connectionString, streams: this.streams, ...modules });
  }

  /** Resolves when it has heard of an append to each of its streams, from now on. */
  progress(kind: 'written' | 'fenced'): Promise<void> {
    const missing = new Set(this.streams);
    return new Promise((resolve) => {
      const hear = ({ stream }: { stream: string }): void => {
        missing.delete(stream);
        if (missing.size > 0) return;
        this.told.off(kind, hear);
        resolve();
      };
      this.told.on(kind, hear);
    });
  }

  stop(): void {
    this.child.kill('SIGSTOP');
  }

  go(): void {
    this.child.kill('SIGCONT');
  }

  /** Lets it finish what it has begun. */
  async end(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.send('end');
    await exited;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private hear(message: Message): void {
    if (message.kind === 'written') this.written.set(message.id, message.stream);
    else if (message.kind === 'fenced') this.fenced.push(message.stream);
    else if (message.kind === 'failed') this.failures.push(message.error ?? '');
    this.told.emit(message.kind, message);
  }
}
