import { constants, deflateRawSync } from 'node:zlib';

const ROWS_AT_ONCE = 100;
const ADLER_MODULUS = 65_521;

/** A black PNG of `size` × `size` pixels: small as a file, gigabytes once it is decoded. @param size a multiple of 100 */
export function blackPng(size: number): Buffer {
  const rowBytes = 1 + size * 3;
  // Rows are all alike: one piece of the compressed stream that ends at a byte serves for all of them.
  const piece = deflateRawSync(Buffer.alloc(rowBytes * ROWS_AT_ONCE), {
    finishFlush: constants.Z_FULL_FLUSH,
  });
  const pieces = Array.from({ length: size / ROWS_AT_ONCE }, () => piece);
  const last = Buffer.from([0x03, 0x00]);
  // Adler-32 of so many zeros.
  const checksum = Buffer.alloc(4);
  checksum.writeUInt16BE((rowBytes * size) % ADLER_MODULUS, 0);
  checksum.writeUInt16BE(1, 2);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // Eight bits of each red, green and blue.
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', Buffer.concat([Buffer.from([0x78, 0x01]), ...pieces, last, checksum])),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** An MP3 with this picture as its cover (ID3v2.3). */
export function withCover(mp3: Buffer, png: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from('\0image/png\0\x03\0', 'latin1'), png]);
  const frame = Buffer.alloc(10);
  frame.write('APIC', 'latin1');
  frame.writeUInt32BE(content.length, 4);
  const size = frame.length + content.length;
  // Seven bits of each byte count.
  const sevens = [21, 14, 7, 0].map((shift) => (size >> shift) & 0x7f);
  const tag = Buffer.from([...Buffer.from('ID3\x03\0\0', 'latin1'), ...sevens]);
  return Buffer.concat([tag, frame, content, mp3]);
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, checksum]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
