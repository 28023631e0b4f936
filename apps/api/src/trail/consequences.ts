import { DomainEvent } from '@voxpersona/domain';
import { failureCommandId, JobDetails, resultCommandId } from '@voxpersona/pipeline';
import { isBroken, ShownEvent } from '../recordings/recording-trail';

/** An event among those that came of one request. */
export interface TrailNode {
  id: string;
  type: string;
  stream: string;
  revision: number;
  position: string;
  recordedAt: string;
  actor: ShownEvent['metadata']['actor'];
  commandId: string;
  /** The call to a model whose result it is: model, usage, cost, duration. */
  call: object | null;
  promptVersion: string | null;
  /** What is wrong with an event that was altered. */
  broken?: string;
  /** Work that it led to. */
  jobs: TrailJob[];
  /** Events that it led to without work in between. */
  effects: TrailNode[];
}

export interface TrailJob {
  id: string;
  type: string;
  state: string;
  attempts: number;
  failureCode: string | null;
  createdAt: string;
  finishedAt: string | null;
  effects: TrailNode[];
}

/**
 * What followed from an event, as a tree: jobs, and what they recorded, down to the last.
 *
 * @param events all events of the request, in the order of the log
 * @param jobs all jobs that they led to
 */
export function consequencesOf(
  event: ShownEvent,
  events: readonly ShownEvent[],
  jobs: readonly JobDetails[],
): TrailNode {
  const effects = events.filter(
    ({ metadata, position }) => metadata.$causationId === event.id && position > event.position,
  );
  const own = jobs.filter(({ causationId }) => causationId === event.id);
  const ofJob = new Map(
    own.flatMap((job) => commandsOf(job).map((commandId) => [commandId, job.id] as const)),
  );
  const nodesOf = (jobId: string | undefined): TrailNode[] =>
    effects
      .filter(({ metadata }) => ofJob.get(metadata.commandId) === jobId)
      .map((effect) => consequencesOf(effect, events, jobs));
  const { id, type, stream, revision, position, metadata } = event;
  const { call, promptVersion } = isBroken(event) ? NOTHING : saidOf(event.data);
  return {
    ...{ id, type, stream, revision, position: position.toString() },
    ...{ recordedAt: metadata.recordedAt, actor: metadata.actor, commandId: metadata.commandId },
    ...{ call, promptVersion },
    ...(isBroken(event) && { broken: event.broken }),
    jobs: own.map((job) => ({
      ...{ id: job.id, type: job.job.type, state: job.state, attempts: job.attempts },
      ...{ failureCode: job.failureCode, createdAt: job.createdAt, finishedAt: job.finishedAt },
      effects: nodesOf(job.id),
    })),
    effects: nodesOf(undefined),
  };
}

const NOTHING = { call: null, promptVersion: null };

/** What an event says of the call to a model that it came from. */
function saidOf(data: DomainEvent['data']): Pick<TrailNode, 'call' | 'promptVersion'> {
  return {
    call: 'call' in data ? data.call : null,
    promptVersion: 'promptVersion' in data ? data.promptVersion : null,
  };
}

/** Ids of the commands that a job may have given: its result's, and one for each time that it was given up. */
function commandsOf({ id, attempts }: JobDetails): string[] {
  const givenUp = Array.from({ length: attempts }, (_, index) => failureCommandId(id, index + 1));
  return [resultCommandId(id), ...givenUp];
}

/** What led to an event, the first cause first: empty where a request did so itself. */
export function causesOf(event: ShownEvent, events: readonly ShownEvent[]): ShownEvent[] {
  const causes: ShownEvent[] = [];
  let current = event;
  for (;;) {
    const { metadata, position } = current;
    const cause = events.find((one) => one.id === metadata.$causationId && one.position < position);
    if (!cause) return causes;
    causes.unshift(cause);
    current = cause;
  }
}
