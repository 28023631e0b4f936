/** A block of a Matroska or WebM file: where its element begins, and the time of its first frame in milliseconds. */
export interface Block {
  offset: number;
  milliseconds: number;
}

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
/** An element that readers skip. Its name is as long as that of a block. */
const VOID = 0xec;

/** All blocks, in the order of the file. Assumes one track, and time stamps in milliseconds as ffmpeg writes them. */
export function blocksOf(file: Buffer): Block[] {
  const blocks: Block[] = [];
  let clusterTime = 0;
  let offset = 0;
  while (offset < file.length) {
    const { id, content, end } = elementAt(file, offset);
    if (id === TIMESTAMP) clusterTime = file.readUIntBE(content, end - content);
    if (id === SIMPLE_BLOCK) blocks.push({ offset, milliseconds: clusterTime + blockTime(file, content) });
    if (id === BLOCK_GROUP) {
      const inner = elementAt(file, content);
      if (inner.id === BLOCK)
        blocks.push({ offset, milliseconds: clusterTime + blockTime(file, inner.content) });
    }
    // Of the elements that hold others only the header is passed over.
    offset = id === SEGMENT || id === CLUSTER ? content : end;
  }
  return blocks;
}

/** The file without the blocks that begin in this stretch, as if their packets had been lost. Seconds. */
export function withoutBlocks(file: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.from(file);
  for (const { offset, milliseconds } of blocksOf(file))
    if (milliseconds >= from * 1_000 && milliseconds < to * 1_000) copy[offset] = VOID;
  return copy;
}

function elementAt(file: Buffer, offset: number): { id: number; content: number; end: number } {
  const idLength = lengthOf(file[offset] ?? 0);
  const sizeAt = offset + idLength;
  const sizeLength = lengthOf(file[sizeAt] ?? 0);
  const content = sizeAt + sizeLength;
  let size = (file[sizeAt] ?? 0) & ((1 << (8 - sizeLength)) - 1);
  for (let at = sizeAt + 1; at < content; at += 1) size = size * 256 + (file[at] ?? 0);
  return { id: file.readUIntBE(offset, Math.min(idLength, 6)), content, end: content + size };
}

/** Of a number whose length its leading zeros tell. */
function lengthOf(firstByte: number): number {
  return Math.clz32(firstByte) - 23;
}

/** A block begins with the number of its track (one byte for the first 127) and its time in its cluster. */
function blockTime(file: Buffer, content: number): number {
  return file.readInt16BE(content + 1);
}
