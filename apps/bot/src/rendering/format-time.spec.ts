import { clock, progressBar } from './format-time';

it.each([
  [0, '0:00'],
  [7.9, '0:07'],
  [725, '12:05'],
  [3599.99, '59:59'],
  [3725, '1:02:05'],
  [360_000, '100:00:00'],
])('%d seconds are %s', (seconds, shown) => {
  expect(clock(seconds)).toBe(shown);
});

it.each([
  [0, 8, '░░░░░░░░'],
  [3, 8, '▓▓▓░░░░░'],
  [99, 100, '▓▓▓▓▓▓▓░'],
  [5, 5, '▓▓▓▓▓▓▓▓'],
  [9, 5, '▓▓▓▓▓▓▓▓'],
  [0, 0, '░░░░░░░░'],
])('%d of %d is %s', (done, total, shown) => {
  expect(progressBar(done, total)).toBe(shown);
});
