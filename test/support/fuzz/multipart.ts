import { SeededRandom } from './random';

/** A request as it goes over the wire. */
export interface RawUpload {
  what: string;
  headers: Record<string, string>;
  body: Buffer;
  /** The client itself breaks the protocol: a closed connection is a fair answer. */
  breaksHttp: boolean;
}

const NAMES = [
  ...['a.mp3', 'interview.wav', 'записка.ogg', '🎙.m4a', 'no-extension', 'page.html', 'x.exe', '.hidden'],
  ...['../../etc/passwd', '..\\..\\x.mp3', '/abs.mp3', 'C:\\x.wav', '.', '..', '', ' ', 'a'.repeat(5_000)],
  ...['a\u0001b.mp3', 'a%00b.mp3', 'a\u202eb.mp3', '"quoted".mp3', "'; DROP TABLE events; --.wav"],
];
const TYPES = [
  'audio/mpeg',
  'text/html',
  'application/octet-stream',
  'image/svg+xml',
  '',
  'audio/x;'.repeat(50),
];

type Twist = (upload: { parts: Buffer[]; boundary: string; random: SeededRandom }) => Partial<RawUpload>;

const field = (boundary: string, name: string, value: string | Buffer, more = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ]);

/** What is done to the envelope around the file. */
const TWISTS: Readonly<Record<string, Twist>> = {
  plain: () => ({}),
  noEnd: ({ parts, boundary }) => ({ body: Buffer.concat(parts), headers: typeOf(boundary) }),
  otherBoundary: () => ({ headers: typeOf('another') }),
  noBoundary: () => ({ headers: { 'content-type': 'multipart/form-data' } }),
  emptyBoundary: () => ({ headers: { 'content-type': 'multipart/form-data; boundary=' } }),
  longBoundary: () => ({ headers: typeOf('b'.repeat(3_000)) }),
  noMultipart: ({ random }) => ({
    headers: { 'content-type': random.pick(['audio/mpeg', 'application/json', '']) },
  }),
  cutAnywhere: ({ parts, random, boundary }) => {
    const all = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
    return { body: all.subarray(0, random.below(all.length)) };
  },
  twoFiles: ({ parts, boundary }) => ({ body: closed([...parts, ...parts], boundary) }),
  wrongField: ({ boundary }) => ({
    body: closed([field(boundary, 'audio', 'x', '; filename="a.mp3"')], boundary),
  }),
  noFile: ({ boundary }) => ({ body: closed([field(boundary, 'scenario', 'note')], boundary) }),
  empty: () => ({ body: Buffer.alloc(0) }),
  unknownField: ({ parts, boundary }) => ({
    body: closed([...parts, field(boundary, 'colour', 'red')], boundary),
  }),
  fieldTwice: ({ parts, boundary }) => ({
    body: closed(
      [...parts, field(boundary, 'scenario', 'note'), field(boundary, 'scenario', 'note')],
      boundary,
    ),
  }),
  hugeField: ({ parts, boundary }) => ({
    body: closed([...parts, field(boundary, 'details', `{"a":"${'x'.repeat(200_000)}"}`)], boundary),
  }),
  strangeField: ({ parts, boundary, random }) => {
    const values = [
      '{"a":1}',
      '[',
      'null',
      '{"__proto__":"x"}',
      '{"a":"\\u0000"}',
      '{"a":"\\ud800"}',
      '\u0000',
      ' ',
    ];
    const name = random.pick(['details', 'language', 'scenario', 'reports']);
    return { body: closed([...parts, field(boundary, name, random.pick(values))], boundary) };
  },
  manyFields: ({ parts, boundary }) => ({
    body: closed(
      [...parts, ...Array.from({ length: 60 }, (_, n) => field(boundary, `f${n}`, 'x'))],
      boundary,
    ),
  }),
  manyHeaders: ({ parts, boundary }) => {
    const headers = Array.from({ length: 300 }, (_, n) => `X-${n}: y\r\n`).join('');
    const part = Buffer.from(
      `--${boundary}\r\n${headers}Content-Disposition: form-data; name="file"\r\n\r\nx\r\n`,
    );
    return { body: closed([part, ...parts], boundary) };
  },
  nested: ({ boundary }) => ({
    body: closed(
      [field(boundary, 'file', `--x\r\n\r\ny\r\n--x--`, '\r\nContent-Type: multipart/mixed; boundary=x')],
      boundary,
    ),
  }),
  bareLineFeeds: ({ parts, boundary }) => ({
    body: Buffer.from(closed(parts, boundary).toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
  }),
  claimsMore: ({ parts, boundary }) => {
    const body = closed(parts, boundary);
    return {
      body,
      headers: { ...typeOf(boundary), 'content-length': String(body.length + 5_000) },
      breaksHttp: true,
    };
  },
  claimsLess: ({ parts, boundary }) => {
    const body = closed(parts, boundary);
    const length = String(Math.max(0, body.length - 50));
    return { body, headers: { ...typeOf(boundary), 'content-length': length }, breaksHttp: true };
  },
  claimsTerabytes: ({ boundary }) => ({
    headers: { ...typeOf(boundary), 'content-length': '9007199254740991' },
    breaksHttp: true,
  }),
};

function typeOf(boundary: string): Record<string, string> {
  return { 'content-type': `multipart/form-data; boundary=${boundary}` };
}

function closed(parts: readonly Buffer[], boundary: string): Buffer {
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
}

/** Puts a file into an envelope that is, now and then, not what it should be. */
export function strangeUpload(random: SeededRandom, file: Buffer): RawUpload {
  const boundary = `b${random.below(1e9)}`;
  const name = random.chance(0.8) ? 'interview.mp3' : random.pick(NAMES);
  const type = random.pick(TYPES);
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`;
  const parts = [Buffer.from(head), file, Buffer.from('\r\n'), field(boundary, 'reports', '')];
  const twist = random.chance(0.75) ? 'plain' : random.pick(Object.keys(TWISTS));
  return {
    what: `${twist}, ${JSON.stringify(name.slice(0, 30))}`,
    headers: typeOf(boundary),
    body: closed(parts, boundary),
    breaksHttp: false,
    ...TWISTS[twist]?.({ parts: [Buffer.concat(parts)], boundary, random }),
  };
}
