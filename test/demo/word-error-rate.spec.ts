import { wordErrorRate } from '../../demo/word-error-rate.cjs';

it.each([
  ['the room was cold', 'The room was cold.', 0, 1],
  ['the room was cold', 'the room is cold', 0.25, 0.75],
  ['the room was cold', 'the cold', 0.5, 0.5],
  ['the room', 'the big red room', 1, 1],
  ['the room', '', 1, 0],
  ['', '', 0, 1],
  ["it's жарко", "IT'S Жарко!", 0, 1],
])('of %j heard as %j is %d', (reference, heard, rate, recognised) => {
  expect(wordErrorRate(reference, heard)).toMatchObject({ rate, recognised });
});
