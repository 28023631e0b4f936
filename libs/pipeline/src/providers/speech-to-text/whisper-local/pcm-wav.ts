import { ProviderFailure } from '../../provider-failure';
import { SAMPLE_RATE } from './whisper-messages';

const PCM = 1;
/** Says the same in a longer header. */
const EXTENSIBLE = 0xfffe;
const FULL_SCALE = 32_768;

/**
 * Samples, from -1 to 1, of a WAV file with 16 kHz, one channel and 16 bits.
 *
 * @throws ProviderFailure `unreadable_media` for any other file
 */
export function samplesOf(wav: Buffer): Float32Array {
  const { format, data } = chunksOf(wav);
  if (!format || format.length < 16 || !data) throw unreadable('is not a whole WAV file');
  const kind = format.readUInt16LE(0);
  const channels = format.readUInt16LE(2);
  const rate = format.readUInt32LE(4);
  const bits = format.readUInt16LE(14);
  if ((kind !== PCM && kind !== EXTENSIBLE) || channels !== 1 || rate !== SAMPLE_RATE || bits !== 16) {
    throw unreadable(
      `has ${channels} channels of ${bits} bits at ${rate} Hz, not one of 16 at ${SAMPLE_RATE}`,
    );
  }
  const samples = new Float32Array(Math.floor(data.length / 2));
  for (let at = 0; at < samples.length; at++) samples[at] = data.readInt16LE(2 * at) / FULL_SCALE;
  return samples;
}

function chunksOf(wav: Buffer): { format?: Buffer; data?: Buffer } {
  const found: { format?: Buffer; data?: Buffer } = {};
  if (
    wav.length < 12 ||
    wav.toString('latin1', 0, 4) !== 'RIFF' ||
    wav.toString('latin1', 8, 12) !== 'WAVE'
  ) {
    return found;
  }
  for (let at = 12; at + 8 <= wav.length && !found.data;) {
    const name = wav.toString('latin1', at, at + 4);
    // A program that writes to a pipe cannot know the length and states a huge one: subarray stops at the end.
    const length = wav.readUInt32LE(at + 4);
    const content = wav.subarray(at + 8, at + 8 + length);
    if (name === 'fmt ') found.format = content;
    if (name === 'data') found.data = content;
    at += 8 + length + (length % 2);
  }
  return found;
}

function unreadable(what: string): ProviderFailure {
  return new ProviderFailure('unreadable_media', `The chunk ${what}.`, { provider: 'whisper-local' });
}
