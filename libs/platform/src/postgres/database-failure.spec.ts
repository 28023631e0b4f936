import { isDatabaseFailure, sqlState } from './database-failure';

const withCode = (code: string): Error => Object.assign(new Error('failed'), { code });

describe('A failure of the database', () => {
  it.each(['57P01', '08006', '55P03', '53100', '25P03', 'ECONNRESET', 'EPIPE', 'EPERM'])('is %s', (code) =>
    expect(isDatabaseFailure(withCode(code))).toBe(true),
  );
  it.each(['23505', '42P01', 'XX000', '25P02'])('is not %s', (code) =>
    expect(isDatabaseFailure(withCode(code))).toBe(false),
  );
  it('has a SQLSTATE only where PostgreSQL answered', () => {
    expect(['57P01', 'XX000', 'EPIPE', 'ECONNRESET'].map((code) => sqlState(withCode(code)))).toEqual([
      '57P01',
      'XX000',
      undefined,
      undefined,
    ]);
  });
});
