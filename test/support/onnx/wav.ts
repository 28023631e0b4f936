/** A WAV file of one channel and 16 bits: header by header as ffmpeg writes it, with a chunk of notes before the data. */
export function wavFile(
  samples: Int16Array,
  options: { rate?: number; channels?: number; statedBytes?: number } = {},
): Buffer {
  const { rate = 16_000, channels = 1, statedBytes = samples.byteLength } = options;
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE(rate * channels * 2, 8);
  format.writeUInt16LE(channels * 2, 12);
  format.writeUInt16LE(16, 14);
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return Buffer.concat([
    Buffer.from('RIFF\xff\xff\xff\xffWAVE', 'latin1'),
    chunk('fmt ', format, format.length),
    chunk('LIST', Buffer.from('INFOISFTabc\0'), 11),
    chunk('data', data, statedBytes),
  ]);
}

/** So many seconds at 16 kHz: silence, or a loud noise that is the same every time. */
export function sound(seconds: number, loud: boolean): Int16Array {
  let state = 1;
  return Int16Array.from({ length: Math.round(seconds * 16_000) }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return loud ? Math.round((state / 2 ** 32 - 0.5) * 60_000) : 0;
  });
}

function chunk(name: string, content: Buffer, statedBytes: number): Buffer {
  const header = Buffer.alloc(8);
  header.write(name, 'latin1');
  header.writeUInt32LE(statedBytes, 4);
  return Buffer.concat([header, content]);
}
