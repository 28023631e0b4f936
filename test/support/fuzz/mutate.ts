import { SeededRandom } from './random';

type Mutation = (bytes: Buffer, random: SeededRandom, others: readonly Buffer[]) => Buffer;

const stretch = (bytes: Buffer, random: SeededRandom, most = bytes.length / 4): [number, number] => {
  const start = random.below(Math.max(1, bytes.length));
  return [start, Math.min(bytes.length, start + 1 + random.below(Math.max(1, Math.floor(most))))];
};

/** What happens to files on their way: torn, flipped, shuffled, grown together. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  cut: (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  beheaded: (bytes, random) => bytes.subarray(1 + random.below(Math.min(bytes.length - 1, 5_000))),
  flipped: (bytes, random) => {
    const copy = Buffer.from(bytes);
    for (let n = 1 + random.below(200); n > 0; n -= 1) copy[random.below(copy.length)] = random.below(256);
    return copy;
  },
  headFlipped: (bytes, random) => {
    const copy = Buffer.from(bytes);
    for (let n = 1 + random.below(20); n > 0; n -= 1)
      copy[random.below(Math.min(300, copy.length))] = random.below(256);
    return copy;
  },
  zeroed: (bytes, random) => {
    const copy = Buffer.from(bytes);
    return copy.fill(random.pick([0, 255]), ...stretch(copy, random));
  },
  doubled: (bytes, random) => {
    const [start, end] = stretch(bytes, random);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  },
  withoutAPiece: (bytes, random) => {
    const [start, end] = stretch(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  swapped: (bytes, random) => {
    const middle = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(middle), bytes.subarray(0, middle)]);
  },
  headOfAnother: (bytes, random, others) => {
    const size = 16 + random.below(2_000);
    return Buffer.concat([random.pick(others).subarray(0, size), bytes.subarray(size)]);
  },
  /** Boxes and chunks say how long they are: make them say something else. */
  liesAboutSizes: (bytes, random) => {
    const copy = Buffer.from(bytes);
    const value = random.pick([0, 1, 0x7fffffff, 0xffffffff, 0x80000000, random.below(0x7fffffff)]);
    for (let n = 1 + random.below(4); n > 0; n -= 1) {
      const at = random.below(Math.max(1, Math.min(copy.length - 4, 600)));
      if (random.chance(0.5)) copy.writeUInt32BE(value >>> 0, at);
      else copy.writeUInt32LE(value >>> 0, at);
    }
    return copy;
  },
  nothing: () => Buffer.alloc(0),
  noise: (_bytes, random) =>
    Buffer.from(Array.from({ length: random.below(20_000) }, () => random.below(256))),
};

const text = (content: string): Buffer => Buffer.from(content);

/** What is no audio, and some of what would make ffmpeg open something else. */
const IMPOSTORS: readonly Buffer[] = [
  text('#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:1/x.ts\n#EXT-X-ENDLIST\n'),
  text('#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n'),
  text("ffconcat version 1.0\nfile '/etc/passwd'\n"),
  text('v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n'),
  text('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'),
  text('<?xml version="1.0"?><MPD><Period><BaseURL>http://127.0.0.1:1/</BaseURL></Period></MPD>'),
  text('<!doctype html><script>alert(1)</script>'),
  text('%PDF-1.4\n%%EOF\n'),
  Buffer.from('504b0304140000000800', 'hex'),
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  text('#!/bin/sh\nid\n'),
  text('RIFF\x00\x00\x00\x00WAVEfmt '),
  text('OggS'),
  text('fLaC'),
  text('ID3\x04\x00\x00\x7f\x7f\x7f\x7f'),
];

/** A file that came to harm, or never was audio. @returns what was done, and the bytes */
export function malformed(random: SeededRandom, files: readonly Buffer[]): { what: string; bytes: Buffer } {
  if (random.chance(0.15)) return { what: 'impostor', bytes: random.pick(IMPOSTORS) };
  let bytes = random.pick(files);
  const done: string[] = [];
  for (let n = 1 + random.below(3); n > 0 && bytes.length > 8; n -= 1) {
    const name = random.pick(Object.keys(MUTATIONS));
    bytes = MUTATIONS[name]?.(bytes, random, files) ?? bytes;
    done.push(name);
  }
  return { what: done.join(' '), bytes };
}
