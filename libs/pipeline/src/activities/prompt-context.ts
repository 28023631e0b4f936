import { DetailField } from '@voxpersona/domain';

/** Whisper reads some 220 tokens of context; more would push out what matters. */
const MAX_CHARACTERS = 600;

/** What nobody says as it is written. */
const NOT_SPOKEN: readonly string[] = ['auditNumber', 'date', 'buildingType'] satisfies DetailField[];

/**
 * What a recogniser should expect to hear: the values of the details (names of people and places), once each.
 * Empty when there are none.
 */
export function promptContextOf(details: Readonly<Record<string, string>>): string {
  const values = Object.entries(details)
    .filter(([name]) => !NOT_SPOKEN.includes(name))
    .map(([, value]) => value.trim())
    .filter((value) => value !== '');
  return [...new Set(values)].join(', ').slice(0, MAX_CHARACTERS);
}
