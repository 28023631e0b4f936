import { ownerIdOf } from '@voxpersona/domain';
import { ListRecordings, ListRecordingsHandler, RecordingView, statusOf } from '@voxpersona/projections';
import { Command } from 'commander';
import { toCount } from './events';
import { withFoundation } from './with-foundation';

interface Options {
  owner: string;
  limit: number;
  json?: boolean;
}

/** `vox recordings` */
export function recordingsCommand(): Command {
  return new Command('recordings')
    .description('Recordings of a workspace, newest first.')
    .requiredOption('--owner <name>', 'the workspace')
    .option('--limit <number>', 'at most so many', toCount, 50)
    .option('--json', 'one JSON document')
    .action(list);
}

async function list({ owner, limit, json = false }: Options): Promise<void> {
  const { rows } = await withFoundation(({ pool }) =>
    new ListRecordingsHandler(pool).execute(
      new ListRecordings(
        { owner: ownerIdOf(owner), limit, after: null },
        {},
        { by: 'uploadedAt', descending: true },
      ),
    ),
  );
  if (json)
    console.log(
      JSON.stringify(
        rows.map((row) => ({ ...row, status: statusOf(row) })),
        null,
        2,
      ),
    );
  else for (const row of rows) console.log(lineOf(row));
  if (!json && rows.length === 0) console.log(`No recordings of ${owner}.`);
}

function lineOf(row: RecordingView): string {
  const { id, uploadedAt, fileName, audio, reports, cost } = row;
  const minutes = (audio.durationSeconds / 60).toFixed(1);
  return `${id}  ${uploadedAt}  ${statusOf(row)}  ${minutes} min  ${reports.length} reports  $${cost.usd}  ${fileName ?? ''}`;
}
