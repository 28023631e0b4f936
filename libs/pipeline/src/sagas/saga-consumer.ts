import { DomainEvent } from '@voxpersona/domain';
import { CheckpointedConsumer, Recorded } from '@voxpersona/event-store';
import { PoolClient } from 'pg';
import { JobQueue, QueuedJob } from '../jobs/job-queue';
import { jobIdOf } from '../jobs/job-id';
import { Saga } from './saga';

/**
 * Makes a saga durable: the jobs that its reactions ask for and its checkpoint are written in one transaction. A
 * crash between reading and writing re-reads the event and derives the same job ids, so no job is queued twice.
 */
export class SagaConsumer implements CheckpointedConsumer<DomainEvent> {
  readonly name: string;
  /** A saga is never replayed: its jobs are effects. Hence no version to raise. */
  readonly version = 1;
  readonly filter;

  constructor(
    private readonly saga: Saga,
    private readonly queue: JobQueue,
  ) {
    this.name = saga.name;
    this.filter = saga.filter;
  }

  async apply(events: readonly Recorded<DomainEvent>[], transaction: PoolClient): Promise<void> {
    for (const event of events) {
      const jobs: QueuedJob[] = [];
      for (const [index, instruction] of this.saga.react(event).entries()) {
        if (instruction.kind === 'callOff') {
          await this.queue.callOff(transaction, instruction.recordingId, instruction.states);
        } else if (instruction.kind === 'callOffReport') {
          await this.queue.callOffReport(transaction, instruction.recordingId, instruction.reportId);
        } else {
          jobs.push({
            id: jobIdOf(this.saga.name, event.id, index),
            job: instruction.job,
            correlationId: event.metadata.$correlationId,
            causationId: event.id,
            saga: this.saga.name,
            owner: event.metadata.actor.owner,
          });
        }
      }
      await this.queue.add(transaction, jobs);
    }
  }

  ignores(event: Recorded<DomainEvent>): boolean {
    return this.saga.react(event).length === 0;
  }

  /** Only the first start comes here, with nothing written yet. */
  async reset(): Promise<void> {
    return Promise.resolve();
  }
}
