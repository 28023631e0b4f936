import { VOICE_FRAME_SECONDS, VOICE_SAMPLE_RATE, VoiceActivity } from '../voice-activity/voice-activity';
import { LoudnessMeter } from './ffmpeg/loudness';
import { Heard, soundMapOf } from './sound-map';

/**
 * Measures loudness and voice activity of audio as it streams by.
 *
 * @param samples mono 16-bit little-endian samples at 16 kHz
 * @param voiceActivity undefined: loudness alone
 * @throws ProviderFailure when voice activity fails; the signal's reason once it is aborted
 */
export async function listen(
  samples: AsyncIterable<Buffer>,
  voiceActivity: VoiceActivity | undefined,
  signal: AbortSignal | undefined,
): Promise<Heard> {
  const meter = new LoudnessMeter(VOICE_SAMPLE_RATE);
  const measured = measuredBy(meter, samples);
  if (voiceActivity) {
    const probabilities = await voiceActivity.detect(measured, signal);
    return { loudness: meter.finish(), voice: { probabilities, frameSeconds: VOICE_FRAME_SECONDS } };
  }
  const reader = measured[Symbol.asyncIterator]();
  while (!(await reader.next()).done) signal?.throwIfAborted();
  return { loudness: meter.finish(), voice: undefined };
}

/** How much of a track is speech, and how much is sound of any kind, in seconds: what tracks are compared by. */
export async function measureTrack(
  samples: AsyncIterable<Buffer>,
  voiceActivity: VoiceActivity | undefined,
  signal: AbortSignal | undefined,
): Promise<{ speechSeconds: number; soundSeconds: number }> {
  const { voiceSeconds, soundSeconds } = soundMapOf(await listen(samples, voiceActivity, signal));
  return { speechSeconds: voiceSeconds, soundSeconds };
}

async function* measuredBy(meter: LoudnessMeter, samples: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  for await (const bytes of samples) {
    meter.add(bytes);
    yield bytes;
  }
}
