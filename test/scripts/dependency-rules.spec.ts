import { isAllowedLicence, judgeAudit, judgeLicences } from '../../scripts/dependency-rules.cjs';

describe('The licence of a package', () => {
  it.each([
    'MIT',
    'mit',
    'Apache-2.0 AND MIT',
    '(MIT OR WTFPL)',
    'GPL-3.0 OR (MIT AND ISC)',
    '(BSD-2-Clause OR MIT OR Apache-2.0)',
    '((Zlib))',
  ])('is allowed as %j', (licence) => expect(isAllowedLicence(licence)).toBe(true));

  it.each([
    'GPL-3.0',
    'Apache-2.0 AND LGPL-3.0-or-later',
    'MIT AND (GPL-2.0 OR GPL-3.0)',
    'MIT WITH Commons-Clause',
    'MIT OR',
    'MIT ISC',
    '(MIT',
    'MIT)',
    'BSD',
    'SEE LICENSE IN LICENSE.txt',
    'UNLICENSED',
    '',
  ])('is not allowed as %j', (licence) => expect(isAllowedLicence(licence)).toBe(false));

  it('may be excused by name, and only as long as it stays the same', () => {
    const made = (name: string, licence: string) => ({ name, version: '1.0.0', licence });
    const exception = (packages: string, licences: string[]) => ({ packages, licences, reason: 'r' });
    const fine = [made('a', 'MIT'), made('@ff/linux', 'GPLv3'), made('@ff/win', 'LGPL-2.1')];
    const grouped = exception('@ff/*', ['GPLv3', 'LGPL-2.1']);
    expect(judgeLicences(fine, [grouped])).toEqual({ offenders: [], unused: [] });
    const bad = [made('@ff/linux', 'AGPL-3.0'), made('ab', 'GPLv3')];
    const single = exception('a', ['GPLv3']);
    expect(judgeLicences(bad, [grouped, single])).toEqual({ offenders: bad, unused: [grouped, single] });
  });
});

describe('The answer of npm audit', () => {
  const advisory = (id: string, severity: string) => ({
    source: 1,
    name: 'tar',
    title: 'Writes elsewhere',
    url: `https://github.com/advisories/${id}`,
    severity,
  });
  const hole = 'GHSA-aaaa-bbbb-cccc';
  const report = (...via: unknown[]) =>
    JSON.stringify({ auditReportVersion: 2, vulnerabilities: { tar: { via }, needy: { via: ['tar'] } } });
  const until = (day: string) => [{ advisory: hole, until: day, reason: 'not reached' }];
  const today = '2026-11-24';

  it.each([
    ['', 'the answer is no report'],
    ['<html>', 'the answer is no report'],
    ['null', 'the answer is no report'],
    ['{"auditReportVersion":1}', 'the answer is no report'],
    ['{"message":"405 Method Not Allowed - POST\\nmore","statusCode":405}', '405 Method Not Allowed - POST'],
  ])('is none as %j', (output, unanswered) => expect(judgeAudit(output, [], today)).toEqual({ unanswered }));

  it('offends by what is high or critical, each told once', () => {
    const grave = advisory(hole, 'critical');
    const output = report(grave, grave, advisory('GHSA-xxxx-yyyy-zzzz', 'moderate'));
    expect(judgeAudit(output, [], today)).toEqual({
      offenders: [`tar: Writes elsewhere (critical, ${hole})`],
      excused: [],
      unused: [],
    });
  });

  it('is excused up to a day, and not after it', () => {
    const output = report(advisory(hole, 'high'));
    expect(judgeAudit(output, until(today), today)).toMatchObject({
      offenders: [],
      excused: [expect.stringContaining('not reached, until 2026-11-24')],
    });
    expect(judgeAudit(output, until('2026-11-23'), today)).toMatchObject({
      offenders: [expect.stringContaining('ended on 2026-11-23')],
      excused: [],
    });
  });

  it('tells which exceptions are not needed any more', () => {
    const [exception] = until(today);
    expect(judgeAudit(report(), [exception!], today)).toEqual({
      offenders: [],
      excused: [],
      unused: [exception],
    });
  });
});
