import { ChildProcess, spawn } from 'node:child_process';
import { FfmpegCommand } from 'fluent-ffmpeg';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { Readable, Writable } from 'node:stream';
import { ProviderFailure } from '../../provider-failure';
import { abortReason } from './abort-reason';
import { withoutLinks } from './input-options';
import { MediaPrograms } from './programs';

/** Address space of one process. The largest that real recordings needed was a quarter of this. */
const MEMORY_BYTES = 1_536 * 1024 * 1024;
/** What is kept of standard error: its end, where ffmpeg says why it failed. */
const STDERR_CHARACTERS = 8_192;
const LONGEST_LINE = 16_384;
/** All that ffmpeg needs to start. Everything else, our secrets among it, stays out of its reach. */
const ENVIRONMENT = ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot'];

/** Messages that speak of this machine, or of whoever stopped ffmpeg, and not of the file. */
const NOT_THE_FILE =
  /No space left on device|Too many open files|Resource temporarily unavailable|received signal/i;
/** Signals by which a process ends that failed by itself. */
const CRASHES: ReadonlySet<string> = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL']);

export interface RunOptions {
  signal?: AbortSignal | undefined;
  /** Seconds of wall time after which the process is killed. */
  wallSeconds: number;
  /** Gets the processor only when little else wants it. Default: false. */
  inBackground?: boolean | undefined;
  /** Sees every line of standard error; true when it has dealt with the line, which is then not kept. */
  onLine?: ((line: string) => boolean) | undefined;
}

export interface ProgramEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of what it wrote on standard error. */
  stderr: string;
  /** Why we killed it, or why it could not be started. */
  stopped: { by: 'limit' | 'abort' | 'start'; error: Error } | null;
}

export interface RunningProgram {
  stdin: Writable;
  stdout: Readable;
  /** Resolves when the process has ended and its standard error is read; never rejects. */
  ended: Promise<ProgramEnd>;
  kill(): void;
}

/**
 * Starts ffmpeg or ffprobe within its bounds: wall time, memory, a bare environment, a bounded standard error. The
 * process does not outlive its signal.
 */
export function startProgram(
  programs: MediaPrograms,
  command: string,
  args: readonly string[],
  { signal, wallSeconds, inBackground, onLine }: RunOptions,
): RunningProgram {
  const [file, allArgs] = programs.prlimit
    ? [programs.prlimit, [`--as=${MEMORY_BYTES}`, '--core=0', '--', command, ...args]]
    : [command, args];
  const child = spawn(file, allArgs, { env: bareEnvironment(), stdio: 'pipe', windowsHide: true });
  if (inBackground) yieldProcessor(child);
  const stops: Stops = { first: null };
  const stop = (by: 'limit' | 'abort' | 'start', error: Error): void => {
    stops.first ??= { by, error };
    child.kill('SIGKILL');
  };
  const onAbort = (): void => stop('abort', abortReason(signal));
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const limit = setTimeout(
    () => stop('limit', new Error(`it ran longer than ${wallSeconds} s`)),
    wallSeconds * 1_000,
  );
  child.once('error', (error) => stop('start', error));
  // Whoever goes away first breaks the pipe; what became of the process tells `ended`.
  child.stdin.on('error', () => undefined);
  const ended = endOf(child, stops, onLine).finally(() => {
    clearTimeout(limit);
    signal?.removeEventListener('abort', onAbort);
  });
  return { stdin: child.stdin, stdout: child.stdout, ended, kill: () => child.kill('SIGKILL') };
}

/**
 * Starts a command that fluent-ffmpeg has composed. fluent-ffmpeg does not start it itself: it can limit neither memory nor
 * environment, and keeps all of standard error.
 */
export function startFfmpeg(
  programs: MediaPrograms,
  command: FfmpegCommand,
  options: RunOptions,
): RunningProgram {
  return startProgram(programs, programs.ffmpeg, command._getArguments(), options);
}

/** Runs a program whose whole output fits in memory. */
export async function runToEnd(
  programs: MediaPrograms,
  command: string,
  args: readonly string[],
  options: RunOptions & { maxOutputBytes: number },
): Promise<{ stdout: string; end: ProgramEnd }> {
  const program = startProgram(programs, command, args, options);
  program.stdin.end();
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of program.stdout as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > options.maxOutputBytes) program.kill();
    else pieces.push(piece);
  }
  return { stdout: Buffer.concat(pieces).toString('utf8'), end: await program.ended };
}

/** What went wrong; undefined when the program ended well. */
export function failureOf({ code, signal, stderr, stopped }: ProgramEnd): Error | undefined {
  if (stopped?.by === 'abort') return stopped.error;
  if (stopped?.by === 'limit') return failure('timeout', stopped.error.message);
  if (stopped) {
    return failure(
      /ENOENT/.test(stopped.error.message) ? 'not_installed' : 'unavailable',
      stopped.error.message,
    );
  }
  const lastLine = stderr.trim().split('\n').at(-1) ?? '';
  if (signal) return failure(CRASHES.has(signal) ? 'unreadable_media' : 'unavailable', `ended by ${signal}`);
  if (code === 0) return undefined;
  return failure(
    NOT_THE_FILE.test(stderr) ? 'unavailable' : 'unreadable_media',
    lastLine || `exit code ${code}`,
  );
}

function failure(
  code: 'timeout' | 'not_installed' | 'unavailable' | 'unreadable_media',
  text: string,
): ProviderFailure {
  const message = withoutLinks(`ffmpeg: ${text}`);
  return new ProviderFailure(code, message, { provider: 'ffmpeg', cause: new Error(message) });
}

interface Stops {
  first: ProgramEnd['stopped'];
}

async function endOf(child: ChildProcess, stops: Stops, onLine: RunOptions['onLine']): Promise<ProgramEnd> {
  const lines = new StderrLines(onLine);
  child.stderr?.setEncoding('utf8').on('data', (text: string) => lines.add(text));
  // A program that cannot be started emits `error`, and `close` as well.
  const [code, signal] = (await once(child, 'close').catch(() => [null, null])) as [
    number | null,
    NodeJS.Signals | null,
  ];
  return { code, signal, stderr: lines.finish(), stopped: stops.first };
}

/** Splits standard error into lines and keeps its end. */
class StderrLines {
  private unfinished = '';
  private kept = '';

  constructor(private readonly onLine: RunOptions['onLine']) {}

  add(text: string): void {
    const lines = (this.unfinished + text).split('\n');
    this.unfinished = (lines.pop() ?? '').slice(-LONGEST_LINE);
    for (const line of lines) this.take(line);
  }

  finish(): string {
    if (this.unfinished !== '') this.take(this.unfinished);
    this.unfinished = '';
    return this.kept;
  }

  private take(line: string): void {
    if (this.onLine?.(line)) return;
    this.kept = `${this.kept}${line}\n`.slice(-STDERR_CHARACTERS);
  }
}

function yieldProcessor({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It may have ended already, or the system may not allow it: then it runs like everything else.
  }
}

function bareEnvironment(): NodeJS.ProcessEnv {
  const kept = ENVIRONMENT.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
