import { ReportView } from './reports.projection';

/**
 * A report as Markdown; what is missing says so in its place.
 *
 * @param titleOf title of the report, or of a part
 */
export function reportMarkdown(report: ReportView, titleOf: (part?: string) => string): string {
  const parts = report.parts.map(({ part, text, failure }) => {
    const missing = failure ? `*(could not be written: ${failure.code})*` : '*(not written yet)*';
    return `## ${titleOf(part)}\n\n${text ?? missing}\n`;
  });
  return [`# ${titleOf()}\n`, ...parts].join('\n');
}
