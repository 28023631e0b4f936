import { FfmpegCommand } from 'fluent-ffmpeg';
import { ProviderFailure } from '../../provider-failure';
import { withoutLinks } from './input-options';

/** What ffmpeg wrote on its standard error. */
export interface FfmpegOutput {
  stderr: string;
}

/**
 * Runs a prepared command to its end; `start` sets it going (`run`, `save` or `pipe`).
 *
 * @throws ProviderFailure `unreadable_media` when ffmpeg fails; the signal's reason when it was aborted
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
      const lastLine = typeof stderr === 'string' ? stderr.trim().split('\n').at(-1) : undefined;
      reject(
        new ProviderFailure('unreadable_media', withoutLinks(`ffmpeg: ${lastLine ?? error.message}`), {
          provider: 'ffmpeg',
          cause: new Error(withoutLinks(error.message)),
        }),
      );
    });
    if (signal?.aborted) {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    start(command);
  });
}
