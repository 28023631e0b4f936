import { ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { ProviderFailure } from '../provider-failure';
import { installModel } from '../models/install-model';
import { identifyingFiles, ModelKind } from '../models/model-kind';
import { ModelSource, OnProgress } from '../models/model-source';
import { FromWorker, ToWorker, WorkerStart } from './worker-messages';

interface Pending<Answer> {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** What is known of a model once it is loaded. */
interface Known<Facts> {
  fingerprint: string;
  facts: Facts;
}

/**
 * One model in a process of its own, so that its work never holds up the event loop. A thread would do for that, but
 * onnxruntime-node keeps one reference for all threads of a process: two models in two threads, or one thread after
 * another, now and then take the whole process down.
 *
 * Requests are answered in turn. One that is aborted is dropped and the process lives on. When the process dies, what
 * was pending is rejected with `unavailable` and the next request starts it again.
 */
export class TransformersWorker<Request, Answer, Facts> {
  private running: Promise<ChildProcess> | undefined;
  private readonly pending = new Map<number, Pending<Answer>>();
  private lastId = 0;
  private closed = false;
  private known: Known<Facts> | undefined;

  private constructor(
    private readonly script: string,
    private readonly start: WorkerStart,
    private readonly kind: ModelKind,
  ) {}

  /**
   * Installs the model where needed, starts the process and waits until the model is loaded.
   *
   * @param script compiled file that is the process's program and calls `serveModel`
   * @throws ProviderFailure `not_installed` when the model cannot be had or cannot be loaded
   */
  static async open<Request, Answer, Facts>(
    script: string,
    source: ModelSource,
    kind: ModelKind,
    onProgress: OnProgress = () => undefined,
  ): Promise<{ worker: TransformersWorker<Request, Answer, Facts> } & Known<Facts>> {
    const folder = await installModel(source, kind, onProgress);
    const { quantized } = source;
    const identifiedBy = identifyingFiles(kind, quantized);
    const start: WorkerStart = { kind: 'start', folder, quantized, identifiedBy };
    const worker = new TransformersWorker<Request, Answer, Facts>(script, start, kind);
    await worker.ready();
    if (!worker.known) throw worker.failure('unavailable', 'The model has said nothing of itself.');
    return { worker, ...worker.known };
  }

  /** @throws ProviderFailure, or the signal's reason once it is aborted */
  async request(request: Request, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    const child = await this.ready();
    signal?.throwIfAborted();
    const id = ++this.lastId;
    const forget = (): void => {
      this.tell(child, { kind: 'forget', id });
      this.pending.get(id)?.reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', forget, { once: true });
    try {
      return await new Promise<Answer>((resolve, reject) => {
        this.pending.set(id, { resolve, reject });
        keepsAlive(child, true);
        this.tell(child, { kind: 'request', id, request });
      });
    } finally {
      signal?.removeEventListener('abort', forget);
      this.pending.delete(id);
      if (this.pending.size === 0) keepsAlive(child, false);
    }
  }

  /** Ends the process; what is pending is rejected. */
  async close(): Promise<void> {
    this.closed = true;
    const child = await this.running?.catch(() => undefined);
    if (child) await kill(child);
  }

  private ready(): Promise<ChildProcess> {
    if (this.closed) return Promise.reject(this.failure('unavailable', 'The model was closed.'));
    this.running ??= this.launch();
    return this.running;
  }

  private launch(): Promise<ChildProcess> {
    // What the library prints is noise, and can hold what was said to the model: it goes nowhere.
    const child = fork(this.script, {
      execArgv: [],
      // Nothing of the server's environment: it holds secrets that a model has no use for.
      env: { PATH: process.env.PATH },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const launched = new Promise<ChildProcess>((resolve, reject) => {
      const end = (error: ProviderFailure): void => {
        reject(error);
        if (this.running !== launched) return;
        this.running = undefined;
        for (const waiting of this.pending.values()) waiting.reject(error);
      };
      child.on('message', (message: FromWorker<Answer, Facts>) => {
        if (message.kind === 'answer' || message.kind === 'failure') {
          this.settle(message);
          return;
        }
        const trouble = this.troubleWith(message);
        if (!trouble) {
          keepsAlive(child, false);
          resolve(child);
          return;
        }
        end(trouble);
        void kill(child);
      });
      child.on('error', (error) => {
        end(this.failure('unavailable', 'The process of the model could not be started.', error));
      });
      child.on('exit', (code, signal) => {
        const how = signal ?? `code ${code ?? 'unknown'}`;
        end(this.failure('unavailable', `The process of the model has ended (${how}).`));
      });
    });
    this.tell(child, this.start);
    return launched;
  }

  /** Takes note of a model that is ready; gives the reason why one is of no use. */
  private troubleWith(
    message: Extract<FromWorker<Answer, Facts>, { kind: 'ready' | 'unusable' }>,
  ): ProviderFailure | undefined {
    const model = `The model in ${this.start.folder}`;
    if (message.kind === 'unusable') {
      return this.failure('not_installed', `${model} cannot be loaded: ${message.message}`);
    }
    this.known ??= message;
    if (this.known.fingerprint === message.fingerprint) return undefined;
    return this.failure('unavailable', `${model} has changed since it was loaded. Start the server anew.`);
  }

  private settle(message: Extract<FromWorker<Answer, Facts>, { kind: 'answer' | 'failure' }>): void {
    const waiting = this.pending.get(message.id);
    if (message.kind === 'answer') waiting?.resolve(message.answer);
    else waiting?.reject(this.failure(message.code, message.message));
  }

  /** A process that has just ended cannot be told anything; its `exit` tells the rest. */
  private tell(child: ChildProcess, message: ToWorker<Request>): void {
    if (child.connected) child.send(message, () => undefined);
  }

  private failure(code: ProviderFailure['code'], message: string, cause?: unknown): ProviderFailure {
    return new ProviderFailure(code, message, { provider: this.kind.provider, cause });
  }
}

/** This process stays alive for an answer, not for an idle model. */
function keepsAlive(child: ChildProcess, alive: boolean): void {
  if (alive) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  keepsAlive(child, true);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
