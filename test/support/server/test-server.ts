import { ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, openAsBlob, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { FakeEventStoreDb } from '../eventstoredb/fake-eventstoredb';
import { QUICK_MEDIA_PROGRAMS } from './media-programs';
import { TestLog, testLogOf, TestStore } from './test-log';

const root = join(__dirname, '../../..');
const CLI = join(root, 'dist/apps/cli/src/main.js');

export interface TestServerOptions {
  /** Added to the environment of the server; see the configuration table. */
  env?: Record<string, string>;
  /** Default: one of its own below the system's temporary folder. */
  dataFolder?: string;
  /** Where its log is, unless `env` says so. Default: where `VOXPERSONA_TEST_STORE` says, else in PostgreSQL. */
  store?: TestStore;
}

/** A data folder that the embedded database can use also where tests run as root. */
export function makeDataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxpersona-e2e-'));
  chmodSync(folder, 0o711);
  return folder;
}

/** The built server as a process of its own. It can be killed, and started again on the same data. */
export class TestServer {
  readonly dataFolder: string;
  /** Added to its environment at the next start. */
  readonly env: Record<string, string>;
  url = '';
  /** Everything that it wrote, of all its starts. */
  output = '';
  private child: ChildProcess | undefined;
  private readonly log: TestLog;

  constructor(options: TestServerOptions = {}) {
    this.dataFolder = options.dataFolder ?? makeDataFolder();
    this.log = testLogOf(this.dataFolder, options);
    this.env = { ...options.env };
  }

  /** Starts and waits until it listens. @throws Error with the output when it ends instead */
  async start(): Promise<void> {
    const log = this.log.open();
    // Where there is nothing to wait for, the process is there when this returns.
    if (log) Object.assign(this.env, await log);
    const child = this.spawn();
    const exited = once(child, 'exit').then(([code]) => {
      throw new Error(`The server ended with exit code ${String(code)}:\n${this.output}`);
    });
    this.url = await Promise.race([this.listening(child), exited]);
    exited.catch(() => undefined);
  }

  /** Starts, and waits only until it tells that it lives: for one that cannot do more yet. Takes the port from `env`. */
  async startHalfway(): Promise<void> {
    const log = this.log.open();
    if (log) Object.assign(this.env, await log);
    const child = this.spawn();
    this.url = `http://127.0.0.1:${this.env.PORT ?? ''}`;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`The server ended:\n${this.output}`);
      const answer = await fetch(`${this.url}/health/live`).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(50);
    }
  }

  /** Starts and waits until it ends. */
  async startAndExit(): Promise<{ code: number | null; output: string }> {
    const log = this.log.open();
    if (log) Object.assign(this.env, await log);
    const child = this.spawn();
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output: this.output };
  }

  /** kill -9, and waits until the process is gone. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Holds the process as a machine that hangs would, until `goOn`. */
  hang(): void {
    this.child?.kill('SIGSTOP');
  }

  goOn(): void {
    this.child?.kill('SIGCONT');
  }

  /** Asks it to end, and gives its exit code. */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** Stops it with its database, and deletes its data. */
  async destroy(): Promise<void> {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) {
      // A killed server leaves its database behind; only a server of ours knows how to stop it.
      if (existsSync(join(this.dataFolder, 'postgres', 'postmaster.pid')))
        await this.start().catch(() => undefined);
    }
    await this.stop();
    this.log.close();
    rmSync(this.dataFolder, { recursive: true, force: true });
  }

  /** Its log, where that is in a fake EventStoreDB of its own. */
  get node(): FakeEventStoreDb | undefined {
    return this.log.node;
  }

  /** Of the process that runs now. */
  get pid(): number | undefined {
    const { child } = this;
    return child?.exitCode === null && child.signalCode === null ? child.pid : undefined;
  }

  get key(): string {
    return readFileSync(join(this.dataFolder, 'first-api-key'), 'utf8').trim();
  }

  /** One request with the server's own key; the body is parsed when it is JSON. */
  async request(path: string, init: RequestInit & { key?: string | null } = {}): Promise<TestAnswer> {
    const { key = this.key, ...rest } = init;
    const headers = { ...(key !== null && { authorization: `Bearer ${key}` }), ...(rest.headers as object) };
    return answerOf(await fetch(this.url + path, { ...rest, headers }));
  }

  /** Like `request`; of a stream that need not end only the beginning is read. */
  async peek(path: string, init: RequestInit & { key?: string | null } = {}): Promise<TestAnswer> {
    const { key = this.key, ...rest } = init;
    const headers = { ...(key !== null && { authorization: `Bearer ${key}` }), ...(rest.headers as object) };
    const stop = new AbortController();
    const response = await fetch(this.url + path, { ...rest, headers, signal: stop.signal });
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return answerOf(response);
    const first = await response.body?.getReader().read();
    stop.abort();
    const text = Buffer.from(first?.value ?? []).toString();
    return { status: response.status, headers: response.headers, text, body: text };
  }

  /** A command of the operator, beside the server. @returns what it wrote */
  async vox(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], { env: this.voxEnv });
    return stdout;
  }

  /** The same, to be killed on the way. */
  spawnVox(...args: string[]): ChildProcess {
    return spawn(process.execPath, [CLI, ...args], { env: this.voxEnv, stdio: 'ignore' });
  }

  private get voxEnv(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.env, VOXPERSONA_DATA_DIR: this.dataFolder };
  }

  /** GET of a JSON document, which must be there. */
  async get<T>(path: string, key = this.key): Promise<T> {
    const { status, body, text } = await this.request(path, { key });
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    return body as T;
  }

  /** Nothing while it is told to try again soon, as any client of a log that breaks off is now and then. */
  async getPatiently<T>(path: string, key = this.key): Promise<T | undefined> {
    const { status, body, text } = await this.request(path, { key });
    if (status === 503) return undefined;
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    return body as T;
  }

  async upload(
    file: string,
    fields: Record<string, string> = {},
    options: { name?: string; key?: string } = {},
  ): Promise<TestAnswer> {
    const form = new FormData();
    form.set('file', await openAsBlob(file), options.name ?? basename(file));
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    const { key } = options;
    return this.request('/v1/recordings', { method: 'POST', body: form, ...(key !== undefined && { key }) });
  }

  /** Uploads, and gives the recording's id once it can be read. */
  async uploaded(file: string, fields: Record<string, string> = {}): Promise<string> {
    const { status, body, text } = await this.upload(file, fields);
    if (status !== 202) throw new Error(`Upload: ${status} ${text}`);
    const { id, position } = body as { id: string; position: string };
    await this.get(`/v1/recordings/${id}?after=${position}`);
    return id;
  }

  /** Asks until `enough` is content with the recording. */
  async recordingUntil(
    id: string,
    enough: (recording: RecordingBody) => boolean,
    patienceMs = 120_000,
    key = this.key,
  ): Promise<RecordingBody> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const recording = await this.getPatiently<RecordingBody>(`/v1/recordings/${id}`, key);
      if (recording && enough(recording)) return recording;
      if (Date.now() > deadline) throw new Error(`Not in time: ${JSON.stringify(recording)}\n${this.output}`);
      await sleep(50);
    }
  }

  private spawn(): ChildProcess {
    const child = spawn(process.execPath, [join(root, 'dist/apps/api/src/main.js')], {
      cwd: this.dataFolder,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ...QUICK_MEDIA_PROGRAMS,
        PORT: '0',
        VOXPERSONA_DATA_DIR: this.dataFolder,
        // Tests fetch nothing: a machine with a network must not behave differently from one without.
        MODELS_DOWNLOAD: 'no',
        JOB_BACKOFF_MS: '20',
        // Tests ask again and again until something is so.
        RATE_LIMIT_PER_MINUTE: '1000000',
        WRONG_KEYS_PER_MINUTE: '1000000',
        SHUTDOWN_GRACE_SECONDS: '1',
        ...this.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (bytes: Buffer) => (this.output += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (this.output += bytes.toString()));
    this.child = child;
    return child;
  }

  private listening(child: ChildProcess): Promise<string> {
    let seen = '';
    return new Promise((resolve) => {
      child.stdout?.on('data', (bytes: Buffer) => {
        seen += bytes.toString();
        const url = /Listening on (http:\S+?),/.exec(seen)?.[1];
        if (url) resolve(url);
      });
    });
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exit = once(child, 'exit');
    child.kill(signal);
    // One that was made to hang ends only when it goes on.
    child.kill('SIGCONT');
    const [code] = (await exit) as [number | null];
    return code;
  }
}

async function answerOf(response: Response): Promise<TestAnswer> {
  const text = await response.text();
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '') && text !== '';
  const body: unknown = isJson ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, text, body };
}

export interface TestAnswer {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

/** What tests read of a recording. */
export interface RecordingBody {
  id: string;
  status: string;
  stage: string;
  chunks: { total: number; done: number; failed: number };
  gaps: { chunkIndex: number; start: number; end: number; code: string }[];
  removed?: { start: number; end: number; code: string; text: string }[];
  failures: { stage: string; code: string }[];
  listeningCopy: { status: 'none' | 'pending' | 'ready' | 'failed'; code?: string; sizeBytes?: number };
  reports: { id: string; type: string; transcriptVersion: number; status: string }[];
  cost: { usd: number; callsOfUnknownPrice: number };
}

/** The recording, all its reports and its listening copy are done: nothing more is recorded by itself. */
export function isFinished({ status, reports, listeningCopy }: RecordingBody): boolean {
  const isWriting = reports.some((report) => report.status === 'writing');
  return status !== 'processing' && !isWriting && listeningCopy.status !== 'pending';
}
