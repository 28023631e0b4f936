import { Readable } from 'node:stream';

const SAMPLE_RATE = 8_000;
const BLOCK = Buffer.alloc(64 * 1024, 128);

/** Silence in 8 bits at 8 kHz: the cheapest bytes that are audio. @returns the content, made while it is read */
export function bigWav(sizeBytes: number, salt = 0): Readable {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(sizeBytes - 8, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(sizeBytes - 44, 40);
  // No two are the same: the same audio would be the same recording.
  const first = Buffer.from(BLOCK);
  first.writeUInt32LE(salt, 0);
  return Readable.from(
    (function* () {
      yield header;
      let left = sizeBytes - header.length;
      for (let block = first; left > 0; block = BLOCK) {
        yield block.subarray(0, left);
        left -= Math.min(left, block.length);
      }
    })(),
  );
}
