import { MIGRATIONS } from './foundation';

/** What a process of the build before could not go on with. */
const TAKES_AWAY = [
  /\bDROP\s+(TABLE|COLUMN|VIEW)\b/i,
  /\bRENAME\b/i,
  /\bALTER\s+COLUMN\s+\w+\s+(TYPE|SET\s+NOT\s+NULL|SET\s+DATA)/i,
  /\bADD\s+COLUMN\s+(?![^,;]*\bDEFAULT\b)[^,;]*\bNOT\s+NULL\b/i,
  /\bTRUNCATE\b/i,
];

describe('The changes of the tables', () => {
  it.each(MIGRATIONS.map(({ name, sql }) => [name, sql]))('%s only adds', (_name, sql) => {
    for (const pattern of TAKES_AWAY) expect(sql).not.toMatch(pattern);
  });

  it('have names of their own, with a number in front', () => {
    const names = MIGRATIONS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^\d{4}-[a-z-]+$/);
  });

  it.each([
    'ALTER TABLE a DROP COLUMN b',
    'ALTER TABLE a ADD COLUMN b int NOT NULL',
    'ALTER TABLE a RENAME TO b',
  ])('would be refused as %s', (sql) => expect(TAKES_AWAY.some((pattern) => pattern.test(sql))).toBe(true));
});
