import { z } from 'zod';
import { DETAIL_ORDER, DetailField, missingDetails } from '../../details';
import { Scenario } from '../../shared/values';

/** What a chat asks about a recording: its scenario, or one of its details. */
export const QUESTIONS = ['scenario', ...DETAIL_ORDER] as const;
export const question = z.enum(QUESTIONS);
export type Question = 'scenario' | DetailField;

/**
 * What is still to be asked, in the usual order.
 *
 * @param scenario null while nobody has said it: then it is asked first, and what else is needed follows from the answer
 */
export function questionsFor(
  scenario: Scenario | null,
  details: Readonly<Record<string, string>>,
): Question[] {
  return scenario === null ? ['scenario'] : missingDetails(scenario, details);
}
