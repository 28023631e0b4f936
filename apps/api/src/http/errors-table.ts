import { PROBLEMS } from './problems';

/** The table of docs/errors.md: one row per kind of problem, by status. */
export function errorsTable(): string {
  const rows = Object.entries(PROBLEMS)
    .map(([name, [status, title, example]]) => ({ name, status, title, example }))
    .sort((a, b) => a.status - b.status)
    .map(({ name, status, title, example }) => `| ${status} | \`${name}\` | ${title} | ${example} |`);
  return ['| Status | Type | Title | For example |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
