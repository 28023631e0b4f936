import { median, spreadOf } from './measure.mjs';

/**
 * Collects the results of a benchmark and prints each at once.
 *
 * A goal compares one field of the line: `{ of: 'ratio', min: 0.22 }` or `{ of: 'figure', max: 3 }`.
 */
export class Report {
  constructor(bench, { json, print = console.log }) {
    this.bench = bench;
    this.json = json;
    this.print = print;
  }

  /**
   * @param figures what was measured, one per round
   * @param against the floor or the peer of the same rounds: `{ name, figures }`
   */
  add(name, { figures, unit, against, goal }) {
    const ratios = against && figures.map((figure, round) => figure / against.figures[round]);
    const ratio = ratios ? round(median(ratios)) : null;
    const figure = round(median(figures));
    this.line({
      bench: this.bench,
      case: name,
      figure,
      unit,
      against: against ? { name: against.name, figure: round(median(against.figures)) } : null,
      ratio,
      goal: goal ? textOf(goal) : null,
      pass: goal ? isMet(goal, goal.of === 'ratio' ? ratio : figure) : null,
      spread: spreadOf(ratios ?? figures).map(round),
    });
  }

  line(result) {
    this.print(this.json ? JSON.stringify(result) : forPeople(result));
  }
}

function textOf({ of, min, max }) {
  return min === undefined ? `${of} <= ${max}` : `${of} >= ${min}`;
}

function isMet({ min = -Infinity, max = Infinity }, value) {
  return value >= min && value <= max;
}

/** Three digits that count. */
function round(number) {
  return Math.abs(number) >= 1_000 ? Math.round(number) : Number(number.toPrecision(3));
}

function forPeople({ bench, case: name, figure, unit, against, ratio, goal, pass, spread }) {
  const compared = against ? `${ratio} of ${against.name} (${against.figure})` : '';
  const judged = goal ? `${pass ? 'pass' : 'MISS'} ${goal}` : '';
  return [
    `${bench}: ${name}`.padEnd(52),
    `${figure} ${unit}`.padEnd(24),
    compared.padEnd(44),
    `[${spread.join(' - ')}]`.padEnd(20),
    judged,
  ]
    .join(' ')
    .trimEnd();
}
