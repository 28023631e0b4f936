/** One figure of a page of metrics. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) \S/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"/;
const SAMPLE = new RegExp(
  `^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(${LABEL.source}(?:,${LABEL.source})*)?\\})? ([^ ]+)$`,
);
const NUMBER = /^([+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?|[+-]?inf|nan)$/i;

/**
 * Reads a page in the Prometheus text format 0.0.4, strictly: every line must be one of the format's, every figure must
 * follow the type of its name, no figure may be there twice, and buckets must grow.
 *
 * @throws Error with the line that is at fault
 */
export function parseExposition(page: string): Sample[] {
  if (!page.endsWith('\n')) throw new Error('The page does not end with a line feed');
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  const seen = new Set<string>();
  for (const line of page.split('\n')) {
    if (line === '' || HELP.test(line)) continue;
    const [, typed, type] = TYPE.exec(line) ?? [];
    if (typed !== undefined && type !== undefined) {
      if (types.has(typed)) throw new Error(`A second type: ${line}`);
      types.set(typed, type);
      continue;
    }
    const sample = readSample(line);
    if (!types.has(familyOf(sample.name, types))) throw new Error(`Of no type: ${line}`);
    const identity = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
    if (seen.has(identity)) throw new Error(`Twice: ${line}`);
    seen.add(identity);
    samples.push(sample);
  }
  checkBuckets(samples);
  return samples;
}

/** Sum of the figures of a name whose labels are at least these; 0 when there is none. */
export function sumOf(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number {
  return samplesOf(samples, name, labels).reduce((sum, { value }) => sum + value, 0);
}

export function samplesOf(
  samples: readonly Sample[],
  name: string,
  labels: Record<string, string> = {},
): Sample[] {
  const wanted = Object.entries(labels);
  return samples.filter(
    (sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value),
  );
}

function readSample(line: string): Sample {
  const match = SAMPLE.exec(line);
  const value = match?.at(-1) ?? '';
  if (!match?.[1] || !NUMBER.test(value)) throw new Error(`Not a line of the format: ${line}`);
  const labels: Record<string, string> = {};
  for (const [, label, text] of (match[2] ?? '').matchAll(new RegExp(LABEL, 'g'))) {
    if (label === undefined || text === undefined || label in labels) throw new Error(`Labels: ${line}`);
    labels[label] = text;
  }
  return { name: match[1], labels, value: numberOf(value) };
}

function numberOf(text: string): number {
  if (/nan/i.test(text)) return Number.NaN;
  if (/inf/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

function familyOf(name: string, types: ReadonlyMap<string, string>): string {
  const family = name.replace(/_(bucket|sum|count)$/, '');
  return ['histogram', 'summary'].includes(types.get(family) ?? '') ? family : name;
}

function checkBuckets(samples: readonly Sample[]): void {
  const last = new Map<string, { le: number; value: number }>();
  for (const { name, labels, value } of samples) {
    if (!name.endsWith('_bucket')) continue;
    const { le = '', ...rest } = labels;
    const series = name + JSON.stringify(rest);
    const bound = numberOf(le);
    const before = last.get(series);
    if (before && (before.le >= bound || before.value > value))
      throw new Error(`Buckets do not grow: ${series}`);
    last.set(series, { le: bound, value });
  }
  for (const [series, { le }] of last)
    if (le !== Infinity) throw new Error(`No bucket without bound: ${series}`);
}
