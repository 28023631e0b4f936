import { toPosition } from './event-store';
import { InvalidPositionToken } from './errors';
import { formatPosition, parsePosition } from './position-token';

const log = '0a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2d3';
const first = toPosition('1');
const other = 'ffffffff-4e5f-4a6b-8c7d-8e9fa0b1c2d3';

describe('A position token', () => {
  it('comes back as the position it was', () => {
    expect(parsePosition(log, formatPosition(log, toPosition('12345678901234')))).toBe(
      toPosition('12345678901234'),
    );
  });
  it.each([
    '',
    'x',
    '12',
    formatPosition(log, first) + '0'.repeat(20),
    '-1',
    `${formatPosition(log, first)} `,
  ])('is refused when it is %j', (token) =>
    expect(() => parsePosition(log, token)).toThrow(InvalidPositionToken),
  );
  it('is refused when it is of another log', () => {
    expect(() => parsePosition(log, formatPosition(other, first))).toThrow(/another_log/);
  });
});
