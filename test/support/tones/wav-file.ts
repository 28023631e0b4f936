export interface WavOptions {
  /** Samples per second. Default 48,000. */
  rate?: number;
  /** What the header says of the size of the data, in bytes, where that is not the truth. */
  statedDataBytes?: number;
  /** The same for the whole file. Default: what fits the stated data. */
  statedRiffBytes?: number;
}

const HEADER_BYTES = 44;
const BYTES_PER_SAMPLE = 2;

/**
 * A WAV file of 16 bits.
 *
 * @param channels samples in [-1, 1], all of one length; louder ones are clipped
 */
export function wavFile(channels: readonly Float32Array[], options: WavOptions = {}): Buffer {
  const frames = channels[0]?.length ?? 0;
  const dataBytes = frames * channels.length * BYTES_PER_SAMPLE;
  const { rate = 48_000, statedDataBytes = dataBytes } = options;
  const { statedRiffBytes = Math.min(statedDataBytes + HEADER_BYTES - 8, 0xffff_ffff) } = options;
  const file = Buffer.alloc(HEADER_BYTES + dataBytes);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(statedRiffBytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels.length, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * channels.length * BYTES_PER_SAMPLE, 28);
  file.writeUInt16LE(channels.length * BYTES_PER_SAMPLE, 32);
  file.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(statedDataBytes, 40);
  const data = new Int16Array(frames * channels.length);
  channels.forEach((samples, channel) => {
    for (let frame = 0, at = channel; frame < frames; frame += 1, at += channels.length) {
      const sample = samples[frame] ?? 0;
      data[at] = sample > 1 ? 32_767 : sample < -1 ? -32_767 : sample * 32_767;
    }
  });
  Buffer.from(data.buffer).copy(file, HEADER_BYTES);
  return file;
}
