import { FileHandle, open } from 'node:fs/promises';

/** Sizes that a program writes which streams and does not know the length yet. */
const UNKNOWN_SIZES = new Set([0, 0xffffffff, 0x7fffffff]);
const MAX_CHUNKS = 1_000;

/** True when a RIFF/WAVE file ends before its data chunk does. ffmpeg takes what is there and says nothing. */
export async function isCutWav(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    let offset = 12;
    for (let chunk = 0; chunk < MAX_CHUNKS && offset + 8 <= size; chunk += 1) {
      const { id, length } = await readChunkHeader(handle, offset);
      if (id === 'data') return !UNKNOWN_SIZES.has(length) && offset + 8 + length > size;
      // Chunks begin at even offsets.
      offset += 8 + length + (length % 2);
    }
    return false;
  } finally {
    await handle.close();
  }
}

async function readChunkHeader(handle: FileHandle, offset: number): Promise<{ id: string; length: number }> {
  const header = Buffer.alloc(8);
  await handle.read(header, 0, 8, offset);
  return { id: header.toString('latin1', 0, 4), length: header.readUInt32LE(4) };
}
