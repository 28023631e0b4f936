/**
 * What may be shipped: which licences, and which known holes. Pure; `check-dependencies.mjs` gathers what is judged.
 *
 * @typedef {{ name: string, version: string, licence: string }} Package
 * @typedef {{ packages: string, licences: string[], reason: string }} LicenceException `packages`: a name, or the
 *   beginning of names with a star at its end; it holds for exactly these licences
 * @typedef {{ advisory: string, until: string, reason: string }} AuditException `advisory`: its id, GHSA-…; `until`: the
 *   last day on which it holds, as YYYY-MM-DD
 */

const ALLOWED = new Set(
  [
    '0BSD',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'CC0-1.0',
    'ISC',
    'MIT',
    'PSF-2.0',
    'Python-2.0',
    'Unlicense',
    'Zlib',
  ].map((id) => id.toLowerCase()),
);

const GRAVE = new Set(['high', 'critical']);

/**
 * Whether an SPDX expression lets us use the package under allowed licences alone: of an OR one side must be allowed, of
 * an AND both. What does not parse is not allowed.
 *
 * @param {string} expression
 * @returns {boolean}
 */
function isAllowedLicence(expression) {
  const tokens = expression.match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const takes = (token) => {
    if (tokens[at]?.toUpperCase() !== token) return false;
    at += 1;
    return true;
  };
  const one = () => {
    if (takes('(')) {
      const inner = either();
      return takes(')') && inner;
    }
    const id = tokens[at];
    at += 1;
    return ALLOWED.has(id?.toLowerCase());
  };
  const both = () => {
    let allowed = one();
    while (takes('AND')) allowed = one() && allowed;
    return allowed;
  };
  const either = () => {
    let allowed = both();
    while (takes('OR')) allowed = both() || allowed;
    return allowed;
  };
  const allowed = either();
  return allowed && at === tokens.length;
}

/**
 * @param {readonly Package[]} packages
 * @param {readonly LicenceException[]} exceptions
 * @returns {{ offenders: Package[], unused: LicenceException[] }} `unused`: exceptions that no package needs
 */
function judgeLicences(packages, exceptions) {
  const used = new Set();
  const offenders = packages.filter(({ name, licence }) => {
    if (isAllowedLicence(licence)) return false;
    const exception = exceptions.find((one) => covers(one.packages, name) && one.licences.includes(licence));
    if (exception) used.add(exception);
    return !exception;
  });
  return { offenders, unused: exceptions.filter((exception) => !used.has(exception)) };
}

function covers(pattern, name) {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/**
 * Reads what `npm audit --json` wrote.
 *
 * @param {string} output
 * @param {readonly AuditException[]} exceptions
 * @param {string} today YYYY-MM-DD
 * @returns {{ unanswered: string } | { offenders: string[], excused: string[], unused: AuditException[] }} `unanswered`:
 *   why there is no answer; `offenders`: grave holes, each with its package
 */
function judgeAudit(output, exceptions, today) {
  const report = parse(output);
  if (report?.auditReportVersion !== 2 || typeof report.vulnerabilities !== 'object') {
    const why =
      typeof report?.message === 'string' ? report.message.split('\n')[0] : 'the answer is no report';
    return { unanswered: why };
  }
  const offenders = new Set();
  const excused = new Set();
  const used = new Set();
  for (const { id, title, severity, name } of advisoriesIn(report)) {
    if (!GRAVE.has(severity)) continue;
    const text = `${name}: ${title} (${severity}, ${id})`;
    const exception = exceptions.find(({ advisory }) => advisory === id);
    if (exception) used.add(exception);
    if (!exception) offenders.add(text);
    else if (exception.until >= today) excused.add(`${text}: ${exception.reason}, until ${exception.until}`);
    else offenders.add(`${text}: the exception ended on ${exception.until}`);
  }
  const unused = exceptions.filter((exception) => !used.has(exception));
  return { offenders: [...offenders], excused: [...excused], unused };
}

function parse(output) {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

/** A package's `via` names other packages, whose own entries tell more, or holds advisories. */
function advisoriesIn({ vulnerabilities }) {
  return Object.values(vulnerabilities)
    .flatMap(({ via }) => via)
    .filter((cause) => typeof cause === 'object' && cause !== null)
    .map(({ url = '', source, ...rest }) => ({
      ...rest,
      id: /GHSA(-[0-9a-z]{4}){3}/.exec(url)?.[0] ?? String(source),
    }));
}

module.exports = { isAllowedLicence, judgeLicences, judgeAudit };
