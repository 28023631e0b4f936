import { AudioProbe } from '../media';
import { examine, ExamineOptions } from './examine';
import { MediaPrograms } from './programs';

/**
 * Looks at a file by its content alone, and decodes it to measure how long it really is.
 *
 * @throws UnusableAudio, ProviderFailure
 */
export async function probeAudio(
  programs: MediaPrograms,
  file: string,
  options: ExamineOptions,
): Promise<AudioProbe> {
  const found = await examine(programs, file, options);
  return {
    durationSeconds: Math.round(found.durationSeconds * 1_000) / 1_000,
    container: found.container,
    codec: found.stream.codec_name ?? 'unknown',
    sampleRate: Math.round(found.stream.sample_rate ?? 0),
    channels: found.stream.channels ?? 0,
    endsEarly: found.endsEarly,
    longerThanDeclared: found.longerThanDeclared,
    tracks: found.tracks,
  };
}
