import { mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive, statOf } from '../processes';

/** Name of the file in the data folder. */
const FILE = 'server-state.json';

const stateSchema = z.object({
  pid: z.number().int().positive(),
  /** Tells this process from another one that is given the same number later. */
  process: z.string(),
  state: z.enum(['running', 'stopping']),
});

/** The server process that uses a data folder, and whether it is stopping. */
export interface ServerState {
  pid: number;
  state: 'running' | 'stopping';
}

/** Notes in the data folder that this process is its server. The file is replaced in one step, never half written. */
export function writeServerState(dataFolder: string, state: ServerState['state']): void {
  const { pid } = process;
  const file = join(dataFolder, FILE);
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.${pid}`, JSON.stringify({ pid, process: identityOf(pid), state }), { mode: 0o600 });
  renameSync(`${file}.${pid}`, file);
}

/** Removes the note, if it is this process's. */
export function clearServerState(dataFolder: string): void {
  if (readState(dataFolder)?.pid === process.pid) rmSync(join(dataFolder, FILE), { force: true });
}

/**
 * The other process that is the server of a data folder. Undefined when none is alive: a note that a dead process left
 * means nothing. Builds before this one leave none.
 */
export function otherServer(dataFolder: string): ServerState | undefined {
  const noted = readState(dataFolder);
  if (!noted || noted.pid === process.pid || noted.process !== identityOf(noted.pid)) return undefined;
  return { pid: noted.pid, state: noted.state };
}

function readState(dataFolder: string): z.infer<typeof stateSchema> | undefined {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(join(dataFolder, FILE), 'utf8')));
  } catch {
    return undefined;
  }
}

/**
 * Names a live process in a way that no later process shares; undefined when it is dead. On Linux this is its start time,
 * the boot that it counts from, and our PID namespace: in another container the number names another process.
 */
function identityOf(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  if (process.platform !== 'linux') return 'alive';
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return [boot, readlinkSync('/proc/self/ns/pid'), statOf(pid)?.startTicks].join(' ');
  } catch {
    return undefined;
  }
}
