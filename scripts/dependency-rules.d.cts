export interface Package {
  name: string;
  version: string;
  licence: string;
}
export interface LicenceException {
  packages: string;
  licences: string[];
  reason: string;
}
export interface AuditException {
  advisory: string;
  until: string;
  reason: string;
}
export function isAllowedLicence(expression: string): boolean;
export function judgeLicences(
  packages: readonly Package[],
  exceptions: readonly LicenceException[],
): { offenders: Package[]; unused: LicenceException[] };
export function judgeAudit(
  output: string,
  exceptions: readonly AuditException[],
  today: string,
): { unanswered: string } | { offenders: string[]; excused: string[]; unused: AuditException[] };
