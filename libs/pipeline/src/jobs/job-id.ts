import { deriveId } from '@voxpersona/domain';

/** A job is known by its cause: the same reaction to the same event is the same job. */
export function jobIdOf(saga: string, eventId: string, index: number): string {
  return deriveId('job', saga, eventId, index);
}

/** Id of the command that reports a job's result; the same for every run of the job. */
export function resultCommandId(jobId: string): string {
  return deriveId('job-result', jobId);
}

/** Id of the command that reports a job's giving up. A job retried by hand can give up again: `attempts` differs. */
export function failureCommandId(jobId: string, attempts: number): string {
  return deriveId('job-failure', jobId, attempts);
}
