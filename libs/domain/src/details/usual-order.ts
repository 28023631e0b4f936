import { Scenario } from '../shared/values';
import { buildingTypeNamed } from './building-type';
import { DETAIL_FIELDS, DETAIL_ORDER, DetailField, REQUIRED_DETAILS } from './detail-fields';
import { looksLikeDate } from './normalise-detail';

/** Fields that a line gives away by itself, whatever stands around it. */
type TellingField = 'date' | 'buildingType' | 'auditNumber';

/** What a line is by itself; undefined: it could be anything. */
export function tells(line: string): TellingField | undefined {
  if (looksLikeDate(line)) return 'date';
  if (buildingTypeNamed(line)) return 'buildingType';
  return /^(?:№|#)\s*[\p{L}\p{N}][\p{L}\p{N}/.-]*$/u.test(line) ? 'auditNumber' : undefined;
}

/**
 * The fields that lines without labels are, one for each; null where that is not certain.
 *
 * A line that tells by itself is taken where it is the only one of its kind. All others only by their place in the usual
 * order of the scenario: when at least one line tells by itself and every required field that was not said with a label has
 * its line, and then as far as all ways to lay the lines on the fields agree.
 *
 * @param said fields that have a label in the same caption
 */
export function fieldsByOrder(
  lines: readonly string[],
  scenario: Scenario | null,
  said: ReadonlySet<DetailField>,
): (DetailField | null)[] {
  const telling = lines.map(tells);
  const layouts = scenario !== null && telling.some(Boolean) ? layoutsOf(lines, scenario, said) : [];
  const [first] = layouts;
  if (first) {
    return first.map((field, index) => (layouts.every((layout) => layout[index] === field) ? field : null));
  }
  return telling.map((field) => {
    const isTheOnlyOne = telling.filter((other) => other === field).length === 1;
    return field && isTheOnlyOne && !said.has(field) ? field : null;
  });
}

/** Every way to lay the lines on fields in the usual order, no required one left out. */
function layoutsOf(
  lines: readonly string[],
  scenario: Scenario,
  said: ReadonlySet<DetailField>,
): DetailField[][] {
  const required = REQUIRED_DETAILS[scenario];
  if (required.length === 0) return [];
  const mayHave = DETAIL_ORDER.filter(
    (field) => !said.has(field) && field !== 'tags' && (field !== 'auditNumber' || required.includes(field)),
  );
  const lay = (line: number, field: number): DetailField[][] => {
    const name = mayHave[field];
    const text = lines[line];
    if (name === undefined) return text === undefined ? [[]] : [];
    const without = required.includes(name) ? [] : lay(line, field + 1);
    if (text === undefined || !mayBe(name, text)) return without;
    return [...lay(line + 1, field + 1).map((rest) => [name, ...rest]), ...without];
  };
  return lay(0, 0);
}

/** Whether a line could be this field at all. */
function mayBe(field: DetailField, line: string): boolean {
  const told = tells(line);
  if (told !== undefined) return told === field;
  if (field === 'auditNumber') return /^(?=[^\s]*\d)[\p{L}\p{N}/.-]{1,30}$/u.test(line);
  const { kind, maxLength } = DETAIL_FIELDS[field];
  const isShort = line.length <= maxLength;
  if (kind === 'person') return isShort && /^[\p{L}\p{M}'’.-]+(?: [\p{L}\p{M}'’.-]+){0,4}$/u.test(line);
  return kind !== 'date' && kind !== 'choice' && isShort && !isSentence(line);
}

/** Somebody tells something there: no name of a place, a zone or a city. */
function isSentence(line: string): boolean {
  return /[!?;]|[.,]\s+\S+\s+\S+\s+\S+|\.$/u.test(line);
}
