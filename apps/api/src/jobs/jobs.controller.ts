import { Controller, Param, Query } from '@nestjs/common';
import { JobDetails, JobList, JobQueue } from '@voxpersona/pipeline';
import { Owner } from '../auth/caller';
import { CursorShape, formatCursor, parseCursor } from '../contract/cursor';
import { Handles } from '../contract/handles';
import { Problem } from '../http/problem';
import { validateId, validateQuery } from '../http/validate';
import { cancelJob, getJob, listJobs, retryJob } from './jobs.routes';

const SORT = '-number';
const BY_NUMBER: CursorShape = { id: /^\d{1,18}$/, value: /^\d{1,18}$/ };

@Controller()
export class JobsController {
  constructor(
    private readonly queue: JobQueue,
    private readonly jobs: JobList,
  ) {}

  @Handles(listJobs)
  async list(@Owner() owner: string, @Query() query: unknown): Promise<object> {
    const { limit, cursor, state, lane, recordingId } = validateQuery(listJobs.query, query);
    const before = parseCursor(cursor, SORT, BY_NUMBER)?.id ?? null;
    const filter = { owner, states: state ?? (['parked'] as const), lane, recordingId };
    const { jobs, next } = await this.jobs.page(filter, limit, before);
    return {
      jobs: jobs.map(toResource),
      next: formatCursor(next === null ? null : { value: next, id: next }, SORT),
    };
  }

  @Handles(getJob)
  async one(@Owner() owner: string, @Param('id') id: string): Promise<object> {
    return toResource(await this.find(owner, id));
  }

  @Handles(retryJob)
  async retry(@Owner() owner: string, @Param('id') id: string): Promise<object> {
    const { id: known } = await this.find(owner, id);
    if (!(await this.queue.retryParked(known))) throw notParked();
    return toResource(await this.find(owner, id));
  }

  @Handles(cancelJob)
  async cancel(@Owner() owner: string, @Param('id') id: string): Promise<object> {
    const { id: known } = await this.find(owner, id);
    if (!(await this.queue.cancelParked(known))) throw notParked();
    return toResource(await this.find(owner, id));
  }

  private async find(owner: string, id: string): Promise<JobDetails> {
    const job = await this.jobs.find(owner, validateId(id));
    if (!job) throw new Problem('not-found', `There is no job ${id}.`);
    return job;
  }
}

function notParked(): Problem {
  return new Problem('job-not-parked', 'Only a job that was given up can be retried or cancelled.');
}

function toResource(job: JobDetails) {
  const { id, lane, state, attempts, interruptions, createdAt, runAt, finishedAt } = job;
  const { failureCode: code, failureProvider: provider, failureRequestId: requestId } = job;
  const { correlationId, causationId } = job;
  const failed = state !== 'done' && code !== null;
  return {
    ...{ id, type: job.job.type, lane, state, recordingId: job.job.recordingId, attempts, interruptions },
    failure: failed ? { code, provider, requestId } : null,
    ...{ createdAt, runAt, finishedAt, correlationId, causationId },
  };
}
