import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '@voxpersona/platform';
import { Checksum, ChecksumCheck } from './checksum';

/** A `.part` that nobody has written to for so long is left from a process that was killed. */
const LEFTOVER_MS = 600_000;

export interface Download {
  url: string;
  /** Path of the file to be made. */
  target: string;
  /** Milliseconds without a byte after which the download counts as failed. */
  stallMs: number;
  /** What the bytes must hash to; undefined where nobody says. */
  expected?: Checksum | undefined;
  /** Bytes so far, and in all where the server says so. */
  onProgress(received: number, total: number | undefined): void;
}

/** A file could not be downloaded; the message says in a few words why. */
export class DownloadFailed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DownloadFailed';
  }
}

/**
 * Downloads one file. It gets its name only once it is complete and checked; until then it is a `.part` beside it.
 *
 * @throws DownloadFailed
 */
export async function downloadFile(download: Download): Promise<void> {
  const part = `${download.target}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  const abort = new AbortController();
  const watch = setTimeout(() => {
    abort.abort(new DownloadFailed(`no answer for ${download.stallMs / 1_000} s`));
  }, download.stallMs);
  try {
    await receive(download, part, watch, abort.signal);
    await rename(part, download.target);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw failureOf(error);
  } finally {
    clearTimeout(watch);
  }
}

async function receive(
  download: Download,
  part: string,
  watch: NodeJS.Timeout,
  signal: AbortSignal,
): Promise<void> {
  // A file that is compressed on its way has another length than the one stated.
  const response = await fetch(download.url, { signal, headers: { 'accept-encoding': 'identity' } });
  if (!response.ok || !response.body) throw new DownloadFailed(`it answers ${response.status}`);
  const total = statedLength(response.headers);
  await mkdir(dirname(part), { recursive: true });
  await removeLeftovers(download.target);
  const file = await open(part, 'wx');
  const check = download.expected && new ChecksumCheck(download.expected);
  let received = 0;
  try {
    for await (const bytes of response.body as AsyncIterable<Uint8Array>) {
      watch.refresh();
      await file.appendFile(bytes);
      check?.add(bytes);
      received += bytes.byteLength;
      download.onProgress(received, total);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (received === 0 || (total !== undefined && received !== total)) {
    throw new DownloadFailed(`${received} of ${total ?? 'unknown'} bytes came`);
  }
  if (check && !check.holds()) throw new DownloadFailed('its contents are not what was published');
}

async function removeLeftovers(target: string): Promise<void> {
  const folder = dirname(target);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(target)}.`) || !name.endsWith('.part')) continue;
    const { mtimeMs } = await stat(join(folder, name));
    if (Date.now() - mtimeMs > LEFTOVER_MS) await rm(join(folder, name), { force: true });
  }
}

function statedLength(headers: Headers): number | undefined {
  const length = Number(headers.get('content-length') ?? NaN);
  return Number.isSafeInteger(length) && !headers.has('content-encoding') ? length : undefined;
}

function failureOf(error: unknown): DownloadFailed {
  if (error instanceof DownloadFailed) return error;
  // Errors of the file system carry their code themselves; fetch hides the network's one level down.
  const disk = errorCode(error);
  if (disk !== undefined && !disk.startsWith('UND_')) {
    return new DownloadFailed(`it could not be written, ${disk}`, { cause: error });
  }
  const network = errorCode((error as { cause?: unknown }).cause);
  const cut = network === undefined || network.startsWith('UND_');
  return new DownloadFailed(cut ? 'the connection was cut' : `no connection, ${network}`, { cause: error });
}
