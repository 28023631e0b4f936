import { isDetailField } from './detail-fields';
import { DetailProblem, normaliseDetail } from './normalise-detail';

export interface FieldProblem extends DetailProblem {
  /** Name of the detail. */
  field: string;
}

const MAX_NAME_LENGTH = 100;
const MAX_FREE_LENGTH = 2_000;

/**
 * Details as they are stored: known ones normalised, free ones trimmed; null (to be removed) stays null. Whoever lets
 * details in asks this first, so that all ways in agree.
 *
 * @returns all that is wrong at once, or all of them
 */
export function normaliseDetails<Value extends string | null>(
  given: Readonly<Record<string, Value>>,
): { details: Record<string, string | Extract<Value, null>> } | { problems: FieldProblem[] } {
  const details: [string, string | Extract<Value, null>][] = [];
  const problems: FieldProblem[] = [];
  for (const [field, raw] of Object.entries<Value>(given)) {
    if (raw === null) {
      details.push([field, raw as Extract<Value, null>]);
      continue;
    }
    const result = isDetailField(field) ? normaliseDetail(field, raw) : freeDetail(field, raw);
    if ('problem' in result) problems.push({ field, ...result.problem });
    else details.push([field, result.value]);
  }
  return problems.length > 0 ? { problems } : { details: Object.fromEntries(details) };
}

function freeDetail(name: string, raw: string): { value: string } | { problem: DetailProblem } {
  const value = raw.trim();
  if (name.length > 0 && name.length <= MAX_NAME_LENGTH && value.length <= MAX_FREE_LENGTH) return { value };
  const message = `A name has 1 to ${MAX_NAME_LENGTH} characters, a text at most ${MAX_FREE_LENGTH}.`;
  return { problem: { code: 'too_long', message } };
}
