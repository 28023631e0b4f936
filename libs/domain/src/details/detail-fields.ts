import { Scenario } from '../shared/values';

/**
 * - `text`   as it was said
 * - `date`   of the calendar, stored as ISO 8601 (`2026-11-23`)
 * - `person`, `place`  a name; recordings that say the same one share an entity
 * - `choice` one of a few
 * - `tags`   any number of words, stored as `one, two`
 */
export type DetailKind = 'text' | 'date' | 'person' | 'place' | 'choice' | 'tags';

/** What is known about a recording by name, in the usual order. `maxLength` in characters. */
export const DETAIL_FIELDS = {
  auditNumber: { kind: 'text', maxLength: 50 },
  date: { kind: 'date', maxLength: 30 },
  employee: { kind: 'person', maxLength: 120 },
  client: { kind: 'person', maxLength: 120 },
  place: { kind: 'place', maxLength: 200 },
  buildingType: { kind: 'choice', maxLength: 50 },
  /** Of the visit, not of the place: the next visit may be to another one. */
  zone: { kind: 'text', maxLength: 200 },
  city: { kind: 'text', maxLength: 120 },
  tags: { kind: 'tags', maxLength: 1_000 },
} as const satisfies Record<string, { kind: DetailKind; maxLength: number }>;

export type DetailField = keyof typeof DETAIL_FIELDS;
/** The fields in the usual order. */
export const DETAIL_ORDER = Object.keys(DETAIL_FIELDS) as readonly DetailField[];

export const BUILDING_TYPES = ['hotel', 'restaurant', 'health-centre'] as const;
export type BuildingType = (typeof BUILDING_TYPES)[number];

/** What each kind of conversation cannot do without. Nothing is refused for the lack of it; it is asked for. */
export const REQUIRED_DETAILS: Readonly<Record<Scenario, readonly DetailField[]>> = {
  interview: ['date', 'employee', 'client', 'place', 'buildingType'],
  'design-audit': ['auditNumber', 'date', 'employee', 'place', 'buildingType', 'zone', 'city'],
  note: [],
};

/** Whether a detail is one of ours; all others are free, and kept as they are. */
export function isDetailField(name: string): name is DetailField {
  return Object.hasOwn(DETAIL_FIELDS, name);
}

/** Required details that are not there, in the usual order. */
export function missingDetails(
  scenario: Scenario,
  details: Readonly<Partial<Record<string, string>>>,
): DetailField[] {
  return REQUIRED_DETAILS[scenario].filter((field) => !Object.hasOwn(details, field) || !details[field]);
}
