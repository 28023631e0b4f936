const HEADER_BYTES = 27;

/** An Ogg file without the pages that end in this stretch, as if they had been lost. Seconds at 48 kHz, as Opus counts. */
export function withoutPages(file: Buffer, from: number, to: number): Buffer {
  const kept: Buffer[] = [];
  for (let offset = 0; offset < file.length;) {
    const segments = file[offset + 26] ?? 0;
    const lengths = file.subarray(offset + HEADER_BYTES, offset + HEADER_BYTES + segments);
    const end = lengths.reduce((sum, length) => sum + length, offset + HEADER_BYTES + segments);
    const seconds = Number(file.readBigInt64LE(offset + 6)) / 48_000;
    if (!(seconds > from && seconds <= to)) kept.push(file.subarray(offset, end));
    offset = end;
  }
  return Buffer.concat(kept);
}
