import { DomainEvent } from '@voxpersona/domain';
import { EventFilter, Recorded } from '@voxpersona/event-store';
import { Job } from '../jobs/job';

/**
 * - `parked`     what was given up
 * - `underWay`   all that is not done, but for indexing, re-embedding, missing vectors and listening copies: they are about what is there already
 * - `unfinished` all that is not done
 *
 * What a batch asks and hears of a recording is never called off: the batch waits for it.
 */
export type CalledOff = 'parked' | 'underWay' | 'unfinished';

/** What a saga wants to happen because of one event. */
export type Instruction =
  /** Queue a job. */
  | { kind: 'run'; job: Job }
  /** Call off what is still queued or parked for a recording; it is overtaken. */
  | { kind: 'callOff'; recordingId: string; states: CalledOff }
  /** Call off what is still queued of the writing of one report. */
  | { kind: 'callOffReport'; recordingId: string; reportId: string };

/**
 * Decides what follows from an event. Pure and stateless: what a reaction needs is in the event (joins are
 * decisions, so "the last chunk is done" is an event of its own).
 */
export interface Saga {
  /** Name of its checkpoint; part of the ids of its jobs; never changes. */
  readonly name: string;
  readonly filter: EventFilter;
  react(event: Recorded<DomainEvent>): Instruction[];
}

export function run(job: Job): Instruction {
  return { kind: 'run', job };
}

/** What an earlier build embedded counts as indexed. */
export function confirmIndexed({
  data: { recordingId, source, embedding },
}: Extract<DomainEvent, { type: 'PassagesEmbedded' }>): Instruction[] {
  return embedding === null ? [] : [run({ type: 'ConfirmIndexed', recordingId, source, embedding })];
}
