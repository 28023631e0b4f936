import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What was seen of one ffmpeg or ffprobe. */
export interface MediaProcess {
  pid: number;
  program: string;
  /** Bytes of memory that it held at most, as the kernel counts. */
  peakBytes: number;
  /** Bytes of address space that it may take; Infinity where nothing limits it. */
  limitBytes: number;
  firstSeen: number;
  lastSeen: number;
}

const SAMPLE_MS = 20;
/** Longer than any process begins as a copy of its parent, before it becomes another program. */
const PROGRAM = /(^|\/)(ffmpeg|ffprobe)$/;

/** Watches the media programs below one process. Reads /proc, so only on Linux. */
export class MediaProcesses {
  static readonly canWatch = existsSync('/proc/self/status');
  private readonly seen = new Map<string, MediaProcess>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly rootPid: number) {}

  start(): void {
    this.timer = setInterval(() => this.look(), SAMPLE_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  get all(): MediaProcess[] {
    return [...this.seen.values()];
  }

  /** Those that are alive now. */
  alive(): MediaProcess[] {
    const now = Date.now();
    this.look();
    return this.all.filter(({ lastSeen }) => lastSeen >= now);
  }

  private look(): void {
    const parents = new Map<number, number>();
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (Number.isInteger(pid)) parents.set(pid, parentOf(pid));
    }
    for (const pid of parents.keys()) if (this.isBelow(pid, parents)) this.note(pid);
  }

  private isBelow(pid: number, parents: ReadonlyMap<number, number>): boolean {
    for (let at = parents.get(pid) ?? 0; at > 1; at = parents.get(at) ?? 0)
      if (at === this.rootPid) return true;
    return false;
  }

  private note(pid: number): void {
    const [program = ''] = read(`/proc/${pid}/cmdline`).split('\0');
    if (!PROGRAM.test(program)) return;
    const peak = /VmHWM:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1];
    const limit = /Max address space\s+(\d+|unlimited)/.exec(read(`/proc/${pid}/limits`))?.[1];
    if (peak === undefined || limit === undefined) return;
    const now = Date.now();
    const key = `${pid} ${startedAt(pid)}`;
    const known = this.seen.get(key);
    const limitBytes = limit === 'unlimited' ? Infinity : Number(limit);
    this.seen.set(key, {
      pid,
      program,
      peakBytes: Math.max(known?.peakBytes ?? 0, Number(peak) * 1_024),
      // A limit may be set just after the start.
      limitBytes: Math.min(known?.limitBytes ?? Infinity, limitBytes),
      firstSeen: known?.firstSeen ?? now,
      lastSeen: now,
    });
  }
}

function parentOf(pid: number): number {
  return Number(fieldsOfStat(pid)[1] ?? 0);
}

/** Ticks since the machine started: tells two processes apart that have the same number. */
function startedAt(pid: number): string {
  return fieldsOfStat(pid)[19] ?? '';
}

/** The fields behind the name, which may hold spaces. */
function fieldsOfStat(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Empty when the process is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
