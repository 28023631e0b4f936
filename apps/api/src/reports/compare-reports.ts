import { ReportView } from '@voxpersona/projections';
import { diffLines, diffWordsWithSpace } from 'diff';

/**
 * Changes that are looked for at most. The time that it takes grows with their square, and nobody else is served
 * meanwhile: these are a quarter of a second, and two texts of some seven hundred words that have none in common.
 */
const BOUND = { maxEditLength: 1_500 };

export interface TextChange {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** A score that a report gives: `Cleanliness: 7/10`. */
export interface ScoreChange {
  name: string;
  /** Null where that report does not give it. */
  before: number | null;
  after: number | null;
  outOf: number;
}

export interface PartComparison {
  part: string;
  before: Written | null;
  after: Written | null;
  /** What has to be taken away and added to come from one text to the other, in order. */
  changes: TextChange[];
  scores: ScoreChange[];
}

interface Written {
  promptVersion: string;
  /** Null until it is written. */
  model: { provider: string; model: string } | null;
  costUsd: number | null;
}

/** What two reports of one type say differently, part by part. */
export function compareReports(before: ReportView, after: ReportView): PartComparison[] {
  const names = [...new Set([...before.parts, ...after.parts].map(({ part }) => part))];
  return names.map((name) => {
    const [a, b] = [before, after].map(({ parts }) => parts.find(({ part }) => part === name));
    return {
      part: name,
      before: a ? writtenBy(a) : null,
      after: b ? writtenBy(b) : null,
      changes: changesOf(a?.text ?? '', b?.text ?? ''),
      scores: scoreChanges(a?.text ?? '', b?.text ?? ''),
    };
  });
}

function writtenBy({ promptVersion, call }: ReportView['parts'][number]): Written {
  const model = call && { provider: call.model.provider, model: call.model.model };
  return { promptVersion, model, costUsd: call?.costUsd ?? null };
}

/** Word by word; line by line, or else as a whole, where the texts have too little in common for that. */
function changesOf(before: string, after: string): TextChange[] {
  const changes = diffWordsWithSpace(before, after, BOUND) ?? diffLines(before, after, BOUND);
  if (!changes) {
    return [
      { kind: 'removed', text: before },
      { kind: 'added', text: after },
    ];
  }
  return changes.map(({ added, removed, value: text }) => ({
    kind: added ? 'added' : removed ? 'removed' : 'same',
    text,
  }));
}

/** A name, then so many of so many: as lists, tables and sentences of reports give them. */
const SCORE =
  /(?:^|[|\n])[\s>*#|-]*(\p{L}[^:|\n]{0,78}?)[*_\s]*[:|–-][*_\s]*(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:\/|out of|из)\s*(\d{1,3})(?!\d|\/)/gu;

/** Scores by their names, as they stand in a text. */
export function scoresOf(markdown: string): Map<string, { value: number; outOf: number }> {
  const scores = new Map<string, { value: number; outOf: number }>();
  for (const [, name, value, outOf] of markdown.matchAll(SCORE)) {
    const known = (name ?? '').replaceAll(/[*_`]/g, '').trim();
    scores.set(known, { value: Number(value?.replace(',', '.')), outOf: Number(outOf) });
  }
  return scores;
}

function scoreChanges(before: string, after: string): ScoreChange[] {
  const [a, b] = [scoresOf(before), scoresOf(after)];
  return [...new Set([...a.keys(), ...b.keys()])].map((name) => {
    const outOf = b.get(name)?.outOf ?? a.get(name)?.outOf ?? 0;
    return { name, before: a.get(name)?.value ?? null, after: b.get(name)?.value ?? null, outOf };
  });
}
