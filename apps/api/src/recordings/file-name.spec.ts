import { Problem } from '../http/problem';
import { checkedFileName } from './file-name';

it.each([
  ['interview.mp3', 'interview.mp3'],
  ['Gespräch – Frau Müller (2).m4a', 'Gespräch – Frau Müller (2).m4a'],
  ['отель.ogg', 'отель.ogg'],
  ['Mu\u0308ller.mp3', 'M\u00fcller.mp3'],
  [undefined, 'recording'],
  ['  ', 'recording'],
])('takes %j as %j', (name, expected) => expect(checkedFileName(name)).toBe(expected));

it.each(['../x', 'a/b', 'a\\b', '..', '.', 'a\u0000b', 'a\nb', '\ud800'])('refuses %j', (name) =>
  expect(() => checkedFileName(name)).toThrow(Problem),
);

it('keeps the end of a name that is too long, where its ending is', () => {
  const name = checkedFileName(`${'x'.repeat(300)}.mp3`);
  expect(name).toHaveLength(255);
  expect(name.endsWith('.mp3')).toBe(true);
});
