import { buildingTypeNamed } from './building-type';
import { DETAIL_FIELDS, DetailField, DetailKind } from './detail-fields';

/** Why a detail cannot be taken as it is. */
export interface DetailProblem {
  code:
    | 'empty'
    | 'too_long'
    | 'unreadable'
    | 'not_a_date'
    | 'unknown_choice'
    | 'not_a_name'
    | 'too_many_tags'
    | 'tag_too_long';
  /** One sentence for people: what to do. */
  message: string;
}

export type NormalisedDetail = { value: string } | { problem: DetailProblem };

const MAX_TAGS = 30;
const MAX_TAG_LENGTH = 50;

/** A known detail as it is stored, or what is wrong with it. Nothing is guessed and nothing is cut off. */
export function normaliseDetail(field: DetailField, raw: string): NormalisedDetail {
  const { kind, maxLength } = DETAIL_FIELDS[field];
  const text = tidied(raw);
  if (text === '') return refused('empty', 'Say something, or leave it out.');
  if (text.length > maxLength) {
    return refused('too_long', `Use at most ${maxLength} characters.`);
  }
  if (/[\p{Cc}\p{Cs}]/u.test(text)) return refused('unreadable', 'Leave out control characters.');
  if (field === 'auditNumber') return auditNumber(text);
  return BY_KIND[kind](text);
}

/** NFC, and one space where there was any white space. */
export function tidied(raw: string): string {
  return raw.normalize('NFC').replace(/\s+/gu, ' ').trim();
}

const BY_KIND: Readonly<Record<DetailKind, (text: string) => NormalisedDetail>> = {
  text: named,
  place: named,
  person: (text) =>
    /\p{L}/u.test(text)
      ? { value: titleCased(text) }
      : refused('not_a_name', 'Give a name, with letters in it.'),
  date: (text) => {
    const value = isoDateOf(text);
    return value === undefined
      ? refused('not_a_date', 'Give a day of the calendar such as 2026-11-23 or 23.11.2026.')
      : { value };
  },
  choice: (text) => {
    const value = buildingTypeNamed(text);
    return value === undefined
      ? refused('unknown_choice', 'Give one of: hotel, restaurant, health-centre.')
      : { value };
  },
  tags,
};

function named(text: string): NormalisedDetail {
  return /[\p{L}\p{N}]/u.test(text)
    ? { value: text }
    : refused('not_a_name', 'Give a text with letters or digits in it.');
}

/** Without the sign that says that it is a number. */
function auditNumber(text: string): NormalisedDetail {
  return named(text.replace(/^[№#]\s*/u, ''));
}

const YEAR_FIRST = /^(?<year>\d{4})([-./])(?<month>\d{1,2})\2(?<day>\d{1,2})$/;
const DAY_FIRST = /^(?<day>\d{1,2})([-./])(?<month>\d{1,2})\2(?<year>\d{4})$/;

/** Whether a text has the shape of a date, be it one of the calendar or not. */
export function looksLikeDate(text: string): boolean {
  const date = withoutYearWord(text);
  return YEAR_FIRST.test(date) || DAY_FIRST.test(date);
}

/** Where the year comes last, the day comes first. Undefined for what is no day of the calendar. */
function isoDateOf(text: string): string | undefined {
  const date = withoutYearWord(text);
  const groups = (YEAR_FIRST.exec(date) ?? DAY_FIRST.exec(date))?.groups;
  if (!groups) return undefined;
  const { year = '', month = '', day = '' } = groups;
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const moment = new Date(`${iso}T00:00:00.000Z`);
  // A Date takes 31 February for 3 March, and so gives itself away.
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(iso) ? iso : undefined;
}

/** `23.11.2026 г.` */
function withoutYearWord(text: string): string {
  return text.replace(/\s*г\.?$/u, '').trim();
}

/** IBM, РЖД: one short word in capitals is more likely meant so than shouted. */
const ABBREVIATION = /^\p{Lu}{2,4}$/u;

/** A name that is all capitals or all small letters, with a capital where each part begins; any other as it is. */
function titleCased(name: string): string {
  if (name !== name.toUpperCase() && name !== name.toLowerCase()) return name;
  if (ABBREVIATION.test(name)) return name;
  // After an apostrophe only where one letter stands before it: O'Neil, but Дар'я.
  return name
    .toLowerCase()
    .replace(/(?<=^|[\s\-‐–.(]|(?<![\p{L}\p{M}])\p{L}['’])\p{L}/gu, (start) => start.toUpperCase());
}

function tags(text: string): NormalisedDetail {
  const all = text
    .toLowerCase()
    .split(/[,#]/)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  const unique = [...new Set(all)];
  if (unique.length === 0) return refused('empty', 'Give tags with commas between them, or leave it out.');
  if (unique.length > MAX_TAGS) return refused('too_many_tags', `Give at most ${MAX_TAGS} tags.`);
  if (unique.some((tag) => tag.length > MAX_TAG_LENGTH)) {
    return refused('tag_too_long', `Use at most ${MAX_TAG_LENGTH} characters for a tag.`);
  }
  return { value: unique.join(', ') };
}

function refused(code: DetailProblem['code'], message: string): { problem: DetailProblem } {
  return { problem: { code, message } };
}
