import { JobState } from '@voxpersona/pipeline';
import { Command } from 'commander';
import { withFoundation } from './with-foundation';

const STATES: readonly JobState[] = ['ready', 'running', 'done', 'parked', 'cancelled'];

/** `vox jobs …` */
export function jobsCommands(): Command {
  const jobs = new Command('jobs').description('The queue of work');
  jobs
    .command('list')
    .description('List jobs, newest first; parked ones unless told otherwise.')
    .option('--state <states...>', `any of ${STATES.join(', ')}`, ['parked'])
    .option('--limit <number>', 'at most so many', '50')
    .option('--json', 'one JSON document')
    .action(list);
  jobs
    .command('retry <id>')
    .description('Let a parked job run again.')
    .action((id: string) => change(id, 'retry'));
  jobs
    .command('cancel <id>')
    .description('Take a parked job off the list for good.')
    .action((id: string) => change(id, 'cancel'));
  return jobs;
}

async function list(options: { state: JobState[]; limit: string; json?: boolean }): Promise<void> {
  const records = await withFoundation(({ jobs }) => jobs.list(options.state, Number(options.limit)));
  if (options.json) {
    console.log(JSON.stringify(records, null, 2));
    return;
  }
  for (const { id, job, state, attempts, failureCode } of records) {
    const failure = failureCode === null ? '' : `, ${failureCode} after ${attempts} attempts`;
    console.log(`${id}  ${job.type} of recording ${job.recordingId}: ${state}${failure}`);
  }
  if (records.length === 0) console.log(`No jobs that are ${options.state.join(' or ')}.`);
}

async function change(id: string, how: 'retry' | 'cancel'): Promise<void> {
  const done = await withFoundation(({ jobs }) =>
    how === 'retry' ? jobs.retryParked(id) : jobs.cancelParked(id),
  );
  if (!done) throw new Error(`There is no parked job ${id}.`);
  console.log(how === 'retry' ? `${id} will run again.` : `${id} is cancelled.`);
}
