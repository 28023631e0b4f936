import { SeededRandom } from './random';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  example?: unknown;
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { example?: unknown }> };
  responses: Record<string, { content?: Record<string, { examples?: Record<string, unknown> }> }>;
}

export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
}

export interface StrangeRequest {
  /** `GET /v1/recordings/{id}`; the operation that it was derived from. */
  operation: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
}

const TEXTS = [
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1e999',
    'NaN',
    'null',
    'true',
    '[]',
    '{}',
    'undefined',
    '__proto__',
    'constructor',
  ],
  ...['a'.repeat(3_000), '\u0000', '\u202e', '🎙', 'и', "'; DROP TABLE events; --", '%', '%00', '../..', '\\'],
  ...[
    '9999999999999999999999',
    '2026-13-45T99:99:99Z',
    '2026-11-24T10:00:00.000Z',
    '<script>',
    '${7*7}',
    '\r\nX: y',
  ],
];
const IDS = [
  ...[
    'a4a3f0f2-6a0e-4c1b-9c86-2f4f6f1f2a11',
    '00000000-0000-0000-0000-000000000000',
    'x',
    '%2e%2e',
    '%',
    '%ff',
  ],
  ...['a'.repeat(1_000), '1', "'", '__proto__', 'A4A3F0F2-6A0E-4C1B-9C86-2F4F6F1F2A11', '%00', 'accept'],
];
const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    '',
    'x',
    [],
    {},
    [[]],
    [null],
    { $erased: true },
    JSON.parse('{"__proto__":null}') as object,
  ],
  ...[
    '\u0000',
    '\ud800',
    'a'.repeat(5_000),
    Array.from({ length: 2_000 }, () => 'x'),
    { a: { a: { a: {} } } },
  ],
  ...['a4a3f0f2-6a0e-4c1b-9c86-2f4f6f1f2a11', '2026-11-24T10:00:00.000Z', 'owner', ['recordings:read']],
];
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  accept: ['text/html', '*/*;q=0', 'application/xml', ''],
  range: ['bytes=0-', 'bytes=9-1', 'bytes=-', 'bytes=999999999999-', 'bytes=0-0,2-3', 'lines=1-2'],
  'if-match': ['*', '"d0"', 'W/"d0"', '"x"', 'd0', '"d99999999999"', ''],
  'if-none-match': ['*', '"x"', 'W/"x"', ',', '"'.repeat(500)],
  'if-range': ['"x"', 'Tue, 24 Nov 2026 10:00:00 GMT'],
  'last-event-id': ['x', '-1', '000000000000.1', '9'.repeat(50), ''],
  'idempotency-key': ['k', '', ' ', 'a'.repeat(300), '\u00ff', 'x y'],
  'x-forwarded-for': ['1.2.3.4', 'x', '::1, ::2'],
  'content-encoding': ['gzip', 'x', 'br'],
  'transfer-encoding': ['chunked'],
  expect: ['100-continue'],
};
const CONTENT_TYPES = [
  ...['application/json', 'application/json', 'application/json', 'application/json; charset=utf-16'],
  ...[
    'application/json; charset=x',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    '',
  ],
];

/** A request that is not what an operation of the API's description asks for, in one way or several. */
export function strangeRequest(random: SeededRandom, api: ApiDocument): StrangeRequest {
  const template = random.pick(Object.keys(api.paths));
  const operations = api.paths[template] ?? {};
  const method = random.pick(Object.keys(operations));
  const operation = operations[method];
  if (!operation) throw new Error('An operation is missing');
  const path = template.replace(/\{\w+\}/g, () => random.pick(IDS));
  const asked = random.chance(0.05) ? random.pick(['put', 'patch', 'delete', 'options', 'post']) : method;
  const { headers, body } = bodyOf(random, operation);
  const extra = Object.keys(HEADERS).filter((name) => allowed(name, body) && random.chance(0.1));
  for (const name of extra) headers[name] = random.pick(HEADERS[name] ?? ['']);
  return {
    operation: `${method.toUpperCase()} ${template}`,
    method: asked.toUpperCase(),
    path: path + queryOf(random, operation),
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => isHeaderValue(value))),
    ...(body && { body }),
  };
}

/** A request that promises a body and sends none is a client that hangs, not a wrong request. */
function allowed(name: string, body: Buffer | undefined): boolean {
  return body !== undefined || !['transfer-encoding', 'expect', 'content-encoding'].includes(name);
}

/** What Node's client itself refuses to send. */
function isHeaderValue(value: string): boolean {
  return !/[^\t\u0020-\u007e\u0080-\u00ff]/.test(value);
}

function queryOf(random: SeededRandom, { parameters = [] }: Operation): string {
  const names = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  const pairs: string[] = [];
  for (const name of names) {
    for (let times = random.pick([0, 0, 1, 1, 2]); times > 0; times -= 1) pairs.push(pair(random, name));
  }
  if (random.chance(0.15))
    pairs.push(pair(random, random.pick(['colour', '__proto__', 'a[b]', '', 'limit[$gt]'])));
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

function pair(random: SeededRandom, name: string): string {
  const value = random.pick([...TEXTS, '1', '50', 'ready', '-uploadedAt']);
  const encoded = random.chance(0.1) ? random.pick(['%', '%zz', '%ff%fe', '+', '%00']) : encode(value);
  return `${encode(name)}=${encoded}`;
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function bodyOf(
  random: SeededRandom,
  operation: Operation,
): { headers: Record<string, string>; body?: Buffer } {
  const content = Object.values(operation.requestBody?.content ?? {})[0];
  if (!content && random.chance(0.8)) return { headers: {} };
  const example = content?.example ?? {};
  const headers = { 'content-type': random.pick(CONTENT_TYPES) };
  if (random.chance(0.1)) {
    const text = random.pick(['', '{', '[1,', '{"a":1}}', 'null', '"x"', '\ufeff{}', '{"a":01}', '\u0000']);
    return { headers, body: Buffer.from(text) };
  }
  if (random.chance(0.05)) return { headers, body: Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x80]) };
  return { headers, body: Buffer.from(JSON.stringify(mutated(random, example))) };
}

/** The example of the description with a field or some of another kind, or missing, or surplus. */
function mutated(random: SeededRandom, example: unknown): unknown {
  if (random.chance(0.1)) return random.pick(VALUES);
  if (typeof example !== 'object' || example === null || Array.isArray(example)) return random.pick(VALUES);
  const copy: Record<string, unknown> = { ...example };
  for (const name of Object.keys(copy)) {
    if (random.chance(0.4)) copy[name] = random.pick(VALUES);
    else if (random.chance(0.1)) Reflect.deleteProperty(copy, name);
  }
  if (random.chance(0.2))
    copy[random.pick(['colour', 'constructor', '', 'a'.repeat(200)])] = random.pick(VALUES);
  return copy;
}
