import { measureFile } from '@voxpersona/platform';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListeningCopy, ListeningCopyRequest } from '../media';
import { PeakMeter } from '../peaks';
import { PcmEncoder } from './chunk-writer';
import { ClockedPcm } from './clocked-pcm';
import { MediaPrograms } from './programs';

/** Clips are cut at this rate too: nothing is resampled twice. */
const SAMPLE_RATE = 48_000;
/** AAC-LC with its index in front: a player can seek before it has loaded all of it. */
const CODEC = ['-c:a', 'aac', '-profile:a', 'aac_low', '-b:a', '64k', '-movflags', '+faststart', '-f', 'mp4'];
/** A day of audio takes minutes on an idle core. In the background, where others want the processor, it may take hours. */
const WALL_SECONDS = 12 * 60 * 60;

/** Decodes a recording on its timeline, once, into an encoder and a meter. @throws ProviderFailure, the signal's reason */
export async function makeListeningCopy(
  programs: MediaPrograms,
  { file: source, outputFolder, timeline }: ListeningCopyRequest,
  signal: AbortSignal,
): Promise<ListeningCopy> {
  const audioFile = join(outputFolder, 'audio.m4a');
  const peaksFile = join(outputFolder, 'peaks.json');
  const running = { sampleRate: SAMPLE_RATE, wallSeconds: WALL_SECONDS, inBackground: true };
  const pcm = new ClockedPcm(programs, { ...timeline, ...running, source }, signal);
  const meter = new PeakMeter(SAMPLE_RATE);
  const encoder = new PcmEncoder(programs, audioFile, { ...running, codec: CODEC }, signal);
  try {
    for await (const bytes of pcm) {
      meter.add(bytes);
      await encoder.write(bytes);
    }
    await encoder.finish();
  } finally {
    await encoder.discard();
  }
  await writeFile(peaksFile, JSON.stringify(meter.result()));
  return {
    audio: { file: audioFile, ...(await measureFile(audioFile)) },
    peaks: { file: peaksFile, ...(await measureFile(peaksFile)) },
    durationSeconds: Math.round(pcm.endsAt * 1_000) / 1_000,
    engine: programs.engine,
  };
}
