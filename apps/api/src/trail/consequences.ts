import { DomainEvent } from '@voxpersona/domain';
import { failureCommandId, JobDetails, resultCommandId } from '@voxpersona/pipeline';
import { isBroken, ShownEvent } from '../recordings/recording-trail';

/** An event, and what came of it. */
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
 * @param events what is to be in the tree, in the order of the log
 * @param jobs all jobs that they led to
 */
export function consequencesOf(
  event: ShownEvent,
  events: readonly ShownEvent[],
  jobs: readonly JobDetails[],
): TrailNode {
  const effectsOf = groupedBy(events, ({ metadata }) => metadata.$causationId);
  // Nothing in the log stands for a request's command but the first event that it recorded: the others stand under that.
  const ofItsCommand = events.filter(
    (one) => one !== event && one.metadata.commandId === event.metadata.commandId,
  );
  const jobsOf = groupedBy(jobs, ({ causationId }) => causationId);
  const nodeOf = (cause: ShownEvent): TrailNode => {
    const effects = (effectsOf.get(cause.id) ?? []).filter(({ position }) => position > cause.position);
    if (cause === event) effects.unshift(...ofItsCommand);
    const own = jobsOf.get(cause.id) ?? [];
    const ofJob = new Map(
      own.flatMap((job) => commandsOf(job).map((commandId) => [commandId, job.id] as const)),
    );
    const nodesOf = (jobId: string | undefined): TrailNode[] =>
      effects.filter(({ metadata }) => ofJob.get(metadata.commandId) === jobId).map(nodeOf);
    const { id, type, stream, revision, position, metadata } = cause;
    const { call, promptVersion } = isBroken(cause) ? NOTHING : saidOf(cause.data);
    return {
      ...{ id, type, stream, revision, position: position.toString() },
      ...{ recordedAt: metadata.recordedAt, actor: metadata.actor, commandId: metadata.commandId },
      ...{ call, promptVersion },
      ...(isBroken(cause) && { broken: cause.broken }),
      jobs: own.map((job) => ({
        ...{ id: job.id, type: job.job.type, state: job.state, attempts: job.attempts },
        ...{ failureCode: job.failureCode, createdAt: job.createdAt, finishedAt: job.finishedAt },
        effects: nodesOf(job.id),
      })),
      effects: nodesOf(undefined),
    };
  };
  return nodeOf(event);
}

function groupedBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
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
