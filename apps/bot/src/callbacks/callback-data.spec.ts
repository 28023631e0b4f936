import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { CALLBACK_SHAPES, CallbackAction, CallbackKind } from './callback-action';
import { CALLBACK_DATA_LIMIT, createCallbacks, longestCallback } from './callback-data';

const secret = randomBytes(32);
const callbacks = createCallbacks(secret);
const CHAT = -1_001_234_567_890;
const ID = '0192f0c1-7a3e-7def-8123-456789abcdef';

const KINDS = Object.keys(CALLBACK_SHAPES) as CallbackKind[];
const place = fc.integer({ min: 0, max: 36 ** 2 - 1 });
const duration = fc.integer({ min: 0, max: 36 ** 6 - 1 });
const id = fc.uuid();
const VALUES: Record<string, fc.Arbitrary<unknown>> = {
  ...{ page: place, question: place, choice: place, report: place, role: place, item: place, all: place },
  ...{ recordingId: id, reportId: id, startMs: duration, endMs: duration },
  format: fc.constantFrom('txt', 'srt', 'vtt'),
  day: fc.integer({ min: 0, max: 36 ** 4 - 1 }),
  token: fc.stringMatching(/^[0-9a-f]{8}$/),
};
const actionOf = (kind: CallbackKind): fc.Arbitrary<CallbackAction> =>
  fc
    .record(
      Object.fromEntries(Object.keys(CALLBACK_SHAPES[kind].fields).map((name) => [name, VALUES[name]!])),
    )
    .map((values) => ({ kind, ...values }) as CallbackAction);
const anyAction = fc.constantFrom(...KINDS).chain(actionOf);
const anyChat = fc.maxSafeInteger();

it.each(KINDS)('%s fits, whatever its values', (kind) => {
  expect(longestCallback(kind)).toBeLessThanOrEqual(CALLBACK_DATA_LIMIT);
  fc.assert(
    fc.property(actionOf(kind), (action) => {
      expect(Buffer.byteLength(callbacks.encode(action, CHAT))).toBeLessThanOrEqual(longestCallback(kind));
    }),
    { numRuns: 30 },
  );
});

it('gives each kind a code of its own, of one character', () => {
  const codes = KINDS.map((kind) => CALLBACK_SHAPES[kind].code);
  expect(new Set(codes).size).toBe(KINDS.length);
  expect(codes.every((code) => /^[A-Za-z]$/.test(code))).toBe(true);
});

it('reads back what it wrote', () => {
  fc.assert(
    fc.property(anyAction, anyChat, (action, chatId) => {
      expect(callbacks.decode(callbacks.encode(action, chatId), chatId)).toEqual({ kind: 'ok', action });
    }),
    { numRuns: 500 },
  );
});

it('refuses what was changed by one character, shortened or lengthened', () => {
  fc.assert(
    fc.property(anyAction, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (action, at, character) => {
      const data = callbacks.encode(action, CHAT);
      const place = at % data.length;
      fc.pre(data[place] !== character);
      const [before, after] = [data.slice(0, place), data.slice(place + 1)];
      for (const changed of [
        before + character + after,
        before + after,
        before + character + data.slice(place),
      ]) {
        fc.pre(changed !== data);
        expect(callbacks.decode(changed, CHAT)).toEqual({ kind: 'forged' });
      }
    }),
    { numRuns: 500 },
  );
});

it('refuses a button that was copied into another chat, or signed with another secret', () => {
  const action: CallbackAction = { kind: 'delete', recordingId: ID };
  const data = callbacks.encode(action, CHAT);
  expect(callbacks.decode(data, -CHAT)).toEqual({ kind: 'forged' });
  expect(callbacks.decode(createCallbacks(randomBytes(32)).encode(action, CHAT), CHAT)).toEqual({
    kind: 'forged',
  });
});

it.each(['', 'x', '1', 'é'.repeat(20), 'x'.repeat(64)])('refuses %j', (data) => {
  expect(callbacks.decode(data, CHAT)).toEqual({ kind: 'forged' });
});

/** Signed as we sign, for what this version never writes. */
function signed(body: string): string {
  const mac = createHmac('sha256', secret).update(`${CHAT}\n${body}`).digest();
  return body + mac.subarray(0, 8).toString('base64url');
}

it.each([
  ['another version', '2l0'],
  ['an action that is no more', '1Z'],
  ['nothing', '1'],
  ['a field too few', '1o'],
  ['a field too many', '1l0.1'],
  ['a choice that is no more', `1f${Buffer.from(ID.replaceAll('-', ''), 'hex').toString('base64url')}.9`],
  ['a number written otherwise', '1l00'],
  ['an id that is none', '1oabc'],
])('does not know %s, which it signed itself', (_what, body) => {
  expect(callbacks.decode(signed(body), CHAT)).toEqual({ kind: 'unknown' });
});

it('is signed as the test signs', () => {
  expect(callbacks.decode(signed('1l7'), CHAT)).toEqual({
    kind: 'ok',
    action: { kind: 'page', page: 7 },
  });
});

it.each<CallbackAction>([
  { kind: 'page', page: -1 },
  { kind: 'page', page: 0.5 },
  { kind: 'page', page: 1296 },
  { kind: 'recording', recordingId: 'no-uuid' },
  { kind: 'recording', recordingId: ID.toUpperCase() },
  { kind: 'day', recordingId: ID, day: 20_783.5 },
  { kind: 'suggest', recordingId: ID, question: 0, token: 'ABCDEF01' },
])('does not write what cannot be read back: %j', (action) => {
  expect(() => callbacks.encode(action, CHAT)).toThrow(RangeError);
});
