import { StoredEvent, toPosition } from '../port/event-store';
import { EventTampered, verifyHash } from './hash-chain';

const event = (over: object): StoredEvent => ({
  ...{ id: '0d0f8b5e-7c55-4c1e-8a53-6b9d2b1b3c22', type: 'Counted', stream: 'numbers', revision: 0 },
  ...{ position: toPosition('1'), data: { n: 1 }, metadata: { hash: 'x' } },
  ...over,
});

it.each([
  ['no metadata', { metadata: null }],
  ['metadata that are a number', { metadata: 7 }],
  ['a number beyond JSON', { data: { n: Infinity } }],
  ['half a character', { data: { n: '\ud800' } }],
  ['data that are nothing', { data: null }],
])('an event that was given %s by another hand was tampered with', (_, over) => {
  expect(() => verifyHash(event(over))).toThrow(EventTampered);
});
