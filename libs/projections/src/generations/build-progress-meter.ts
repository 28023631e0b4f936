import { Position } from '@voxpersona/event-store';
import { BuildProgress } from './generation';

/** Pages that the speed is taken over. */
const WINDOW = 20;

/** Works out how far a build is, how fast it goes, and how long it will take. */
export class BuildProgressMeter {
  private readonly marks: { at: number; applied: number; position: Position }[] = [];

  /**
   * @param applied events that were taken in before this process went on with it
   * @param now milliseconds that only grow
   */
  constructor(
    private applied: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** After a page of so many events, from one position to another, of a log that ends at `head`. */
  after(events: number, from: Position, to: Position, head: Position): BuildProgress {
    if (this.marks.length === 0) this.mark(from);
    this.applied += events;
    this.mark(to);
    if (this.marks.length > WINDOW) this.marks.shift();
    const [first, last] = [this.marks[0], this.marks.at(-1)];
    const seconds = first && last ? (last.at - first.at) / 1_000 : 0;
    const perSecond = (of: (mark: { applied: number; position: Position }) => number): number =>
      first && last && seconds > 0 ? (of(last) - of(first)) / seconds : 0;
    const positionsPerSecond = perSecond(({ position }) => Number(position));
    return {
      applied: this.applied,
      share: head === 0n ? 1 : Number(to) / Number(head),
      eventsPerSecond: Math.round(perSecond(({ applied }) => applied)),
      secondsLeft: positionsPerSecond > 0 ? Math.round(Number(head - to) / positionsPerSecond) : null,
    };
  }

  private mark(position: Position): void {
    this.marks.push({ at: this.now(), applied: this.applied, position });
  }
}
