import { FieldProblem, normaliseDetails } from '@voxpersona/domain';
import { CommandRefused } from './command-refused';

/** Some details cannot be taken as they are; says which, and what to do with each. */
export class DetailsRefused extends CommandRefused {
  constructor(readonly problems: readonly FieldProblem[]) {
    const message = problems.map(({ field, message: what }) => `${field.slice(0, 100)}: ${what}`).join(' ');
    super({ code: 'invalid_details', message });
    this.name = 'DetailsRefused';
  }
}

/** Details as they are stored, whichever way they came in. @throws DetailsRefused naming all that are bad */
export function checkedDetails<Value extends string | null>(
  given: Readonly<Record<string, Value>>,
): Record<string, string | Extract<Value, null>> {
  const result = normaliseDetails(given);
  if ('problems' in result) throw new DetailsRefused(result.problems);
  return result.details;
}
