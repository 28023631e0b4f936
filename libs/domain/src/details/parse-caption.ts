import { Scenario, SCENARIOS } from '../shared/values';
import { CaptionLabel, labelledLine } from './caption-labels';
import { DETAIL_ORDER, DetailField, isDetailField } from './detail-fields';
import { DetailProblem, normaliseDetail, tidied } from './normalise-detail';
import { scenarioNamed } from './scenario-name';
import { fieldsByOrder } from './usual-order';

export interface CaptionProblem {
  /** As it was written, white space aside. */
  line: string;
  field: DetailField | 'scenario';
  code: DetailProblem['code'] | 'unknown_scenario' | 'said_twice';
  /** One sentence for people: what to do. */
  message: string;
}

export interface ParsedCaption {
  /** As the caption says; null when it does not. */
  scenario: Scenario | null;
  /** Normalised. */
  details: Partial<Record<DetailField, string>>;
  /** Lines that are understood and cannot be taken as they are. */
  problems: CaptionProblem[];
  /** Lines that were not understood. */
  unknown: string[];
}

/** A line of a caption, and what it is taken to say. */
interface Line {
  text: string;
  /** Null: nothing that is certain. `plain` while its place among the others may tell. */
  field: CaptionLabel | 'plain' | null;
  value: string;
}

/** Not the number of an audit: `Audit #A-5`. */
const HASHTAG = /(?<=^|\s)(?<!^(?:audit|аудит)[\s№:]*)#(\p{L}[\p{L}\p{M}\p{N}_-]*)/giu;

/**
 * Reads what a sender wrote beside a recording, one detail per line, with English or Russian labels or in the usual order;
 * `#tags` anywhere. Nothing is guessed: what is not certain lands in `unknown`, and a field that is said to be two
 * different things is neither.
 *
 * @param known the scenario, where it is known already; what the caption says goes before it
 */
export function parseCaption(text: string, known: { scenario?: Scenario | undefined } = {}): ParsedCaption {
  const lines = linesOf(text).flatMap(readLine);
  const problems: CaptionProblem[] = [];
  const scenario = valueOf(lines, 'scenario', scenarioOf, problems) ?? null;
  placePlainLines(lines, scenario ?? known.scenario ?? null);
  const details = DETAIL_ORDER.flatMap((field) => {
    const own = field === 'tags' ? joined(lines, field) : lines;
    const value = valueOf(own, field, (raw) => normaliseDetail(field, raw), problems);
    return value === undefined ? [] : [[field, value] as const];
  });
  const unknown = lines.filter(({ field }) => field === null).map((line) => line.text);
  return { scenario, details: Object.fromEntries(details), problems, unknown };
}

function linesOf(text: string): string[] {
  return text
    .split(/\r\n|[\n\r\u2028\u2029]/u)
    .map(tidied)
    .filter((line) => line !== '');
}

/** A line without its tags, and its tags as a line of their own. */
function readLine(text: string): Line[] {
  const labelled = labelledLine(text);
  if (labelled?.label === 'tags') return [{ text, field: 'tags', value: labelled.value }];
  const tags = [...text.matchAll(HASHTAG)].map(([, tag]) => tag).join(', ');
  const tagged: Line[] = tags === '' ? [] : [{ text, field: 'tags', value: tags }];
  const value = tidied(text.replace(HASHTAG, ''));
  return value === '' ? tagged : [withoutTags(text, value), ...tagged];
}

function withoutTags(text: string, rest: string): Line {
  const labelled = labelledLine(rest);
  if (labelled) return { text, field: labelled.label, value: labelled.value };
  return { text, field: scenarioNamed(rest) ? 'scenario' : 'plain', value: rest };
}

/** Gives the lines without a label their fields, as far as that is certain. */
function placePlainLines(lines: readonly Line[], scenario: Scenario | null): void {
  const plain = lines.filter(({ field }) => field === 'plain');
  const said = new Set(lines.map(({ field }) => field).filter(isDetail));
  const fields = fieldsByOrder(
    plain.map(({ value }) => value),
    scenario,
    said,
  );
  plain.forEach((line, index) => (line.field = fields[index] ?? null));
}

function isDetail(field: Line['field']): field is DetailField {
  return field !== null && isDetailField(field);
}

/** Tags may be said in many places. */
function joined(lines: readonly Line[], field: 'tags'): Line[] {
  const own = lines.filter((line) => line.field === field);
  const text = [...new Set(own.map((line) => line.text))].join(' ');
  return own.length === 0 ? [] : [{ text, field, value: own.map(({ value }) => value).join(', ') }];
}

type Read<Value> = { value: Value } | { problem: { code: CaptionProblem['code']; message: string } };

function scenarioOf(raw: string): Read<Scenario> {
  const value = scenarioNamed(raw);
  if (value !== undefined) return { value };
  const message = `Give one of: ${SCENARIOS.join(', ')}.`;
  return { problem: { code: 'unknown_scenario', message } };
}

/** What the lines of a field say; undefined when nothing, or nothing that can be taken. */
function valueOf<Value extends string>(
  lines: readonly Line[],
  field: CaptionLabel,
  read: (raw: string) => Read<Value>,
  problems: CaptionProblem[],
): Value | undefined {
  const values = new Set<Value>();
  const own = lines.filter((line) => line.field === field);
  for (const { text: line, value: raw } of own) {
    const result = read(raw);
    if ('value' in result) values.add(result.value);
    else problems.push({ line, field, ...result.problem });
  }
  if (values.size <= 1) return [...values][0];
  const message = 'This is said twice, and differently. Say it once.';
  problems.push(...own.map(({ text: line }) => ({ line, field, code: 'said_twice' as const, message })));
  return undefined;
}
