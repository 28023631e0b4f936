import { FfmpegCommand } from 'fluent-ffmpeg';
import { ProviderFailure } from '../../provider-failure';
import { withoutLinks } from './input-options';

/** What ffmpeg wrote on its standard error. */
export interface FfmpegOutput {
  stderr: string;
}

/** ffmpeg's own words where it is this machine that fails it, or somebody who ended it, and not the file. */
const NOT_THE_FILE =
  /No space left on device|Cannot allocate memory|Too many open files|Resource temporarily unavailable|received signal/i;

/**
 * Runs a prepared command to its end; `start` sets it going (`run`, `save` or `pipe`).
 *
 * @throws ProviderFailure `unreadable_media` when ffmpeg judges so, `unavailable` when it was ended or could not work,
 *   `not_installed`; the signal's reason when it was aborted
 */
export function runFfmpeg(
  command: FfmpegCommand,
  start: (command: FfmpegCommand) => void,
  signal?: AbortSignal,
): Promise<FfmpegOutput> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      command.kill('SIGKILL');
    };
    const settled = (): void => signal?.removeEventListener('abort', onAbort);
    command.on('end', (_stdout: unknown, stderr: unknown) => {
      settled();
      resolve({ stderr: typeof stderr === 'string' ? stderr : '' });
    });
    command.on('error', (error: Error, _stdout: unknown, stderr: unknown) => {
      settled();
      if (signal?.aborted) {
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
        return;
      }
      reject(toFailure(error, typeof stderr === 'string' ? stderr.trim() : ''));
    });
    if (signal?.aborted) {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    start(command);
  });
}

/** Only what ffmpeg says itself, at its end, is said of the file: it may have been killed, or never begun. */
export function toFailure(error: Error, stderr: string): ProviderFailure {
  const lastLine = stderr.split('\n').at(-1);
  const ended = /exited with code/.test(error.message);
  const missing = /Cannot find ff(mpeg|probe)|ENOENT/.test(error.message);
  const judged = ended && !NOT_THE_FILE.test(stderr);
  return new ProviderFailure(
    judged ? 'unreadable_media' : missing ? 'not_installed' : 'unavailable',
    withoutLinks(`ffmpeg: ${ended && lastLine ? lastLine : error.message}`),
    { provider: 'ffmpeg', cause: new Error(withoutLinks(error.message)) },
  );
}
