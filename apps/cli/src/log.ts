import { EventStoreKind, moveLog, openEventStore, openObjectStorage } from '@voxpersona/composition';
import { CopyProgress } from '@voxpersona/event-store';
import { Command, Option } from 'commander';
import { progressLine } from './progress-line';
import { withFoundationAlone } from './with-foundation';

const KINDS: readonly EventStoreKind[] = ['postgres', 'eventstoredb'];

/** `vox log …` */
export function logCommands(): Command {
  const log = new Command('log').description('The event log itself');
  log
    .command('copy')
    .description(
      'Move the log to another event store. Stop every server first; afterwards start them with EVENT_STORE set to the ' +
        'new one. Start it again if it was interrupted.',
    )
    .addOption(new Option('--from <store>', 'where it is').choices(KINDS).makeOptionMandatory())
    .addOption(new Option('--to <store>', 'where it shall be').choices(KINDS).makeOptionMandatory())
    .option('--json', 'one JSON document')
    .action(copy);
  return log;
}

async function copy({
  from,
  to,
  json = false,
}: {
  from: EventStoreKind;
  to: EventStoreKind;
  json?: boolean;
}): Promise<void> {
  if (from === to) throw new Error('--from and --to name the same event store.');
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort(new Error('Interrupted; start it again to go on.')));
  const result = await withFoundationAlone(async ({ pool, listener, database }, environment) => {
    const source = openEventStore(from, environment, pool, listener);
    const target = openEventStore(to, environment, pool, listener);
    const storage = openObjectStorage(environment, database.dataFolder);
    const line = progressLine(process.stderr);
    try {
      return await moveLog(pool, source, target, storage, {
        signal: interrupt.signal,
        onProgress: ({ phase, events }: CopyProgress) => line.show(`${phase} ${events} events`),
      });
    } finally {
      line.end();
      await Promise.all([source.close(), target.close()]);
    }
  });
  if (json) console.log(JSON.stringify(result));
  else
    console.log(
      `${result.events} events are in ${to}, ${result.copied} of them copied now; every hash holds.\n` +
        `Start the servers with EVENT_STORE=${to}. The read models are rebuilt then; the old log may be kept as it is.`,
    );
}
