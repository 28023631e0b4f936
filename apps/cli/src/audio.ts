import { dataFolderOf, openObjectStorage } from '@voxpersona/composition';
import { AudioUploaded, DomainEvent, PresentRecording, recordingDecider } from '@voxpersona/domain';
import { Actors, everyEvent, EventStore } from '@voxpersona/event-store';
import { adoptStore, ObjectStorage, OriginalCondition, Originals } from '@voxpersona/pipeline';
import { Command } from 'commander';
import { progressLine } from './progress-line';
import { withFoundation } from './with-foundation';

/** What `vox audio check` found wrong. */
interface Finding {
  condition: Exclude<OriginalCondition, 'intact'>;
  recordingId: string;
  /** Id of the workspace. */
  owner: string;
  objectKey: string;
}

interface CheckOptions {
  quick?: boolean;
  json?: boolean;
}

/** `vox audio …` */
export function audioCommands(): Command {
  const audio = new Command('audio').description('The audio of recordings in the object store.');
  audio
    .command('check')
    .description('Read every original and list those that are missing or are not what was uploaded.')
    .option('--quick', 'compare lengths and kept checksums instead of reading the bytes')
    .option('--json', 'one JSON document')
    .action(check);
  audio
    .command('adopt-store')
    .description(
      'Mark the configured object store as the one of this event log. Only for a store that has lost its mark, or that ' +
        'replaces one that is lost.',
    )
    .action(adopt);
  return audio;
}

async function check({ quick = false, json = false }: CheckOptions): Promise<void> {
  const line = progressLine(process.stderr);
  const { checked, findings } = await withFoundation(({ store, actors }, environment) => {
    const storage = openObjectStorage(environment, dataFolderOf(environment));
    return checkAll(store, actors, storage, quick, (count) => line.show(`checked ${count} recordings`));
  }).finally(() => line.end());
  if (json) console.log(JSON.stringify({ checked, findings }, null, 2));
  else {
    for (const { condition, recordingId, owner, objectKey } of findings) {
      console.log(`${condition.padEnd(7)}  recording ${recordingId}  workspace ${owner}  ${objectKey}`);
    }
    console.log(`Checked ${checked} originals: ${findings.length} are missing or altered.`);
    if (findings.length > 0) console.log('Sending the same file again restores an original.');
  }
  if (findings.length > 0) process.exitCode = 1;
}

async function checkAll(
  store: EventStore,
  actors: Actors<DomainEvent>,
  storage: ObjectStorage,
  quick: boolean,
  onProgress: (checked: number) => void,
): Promise<{ checked: number; findings: Finding[] }> {
  const originals = new Originals(storage, store);
  await originals.assertOurStore();
  const findings: Finding[] = [];
  let checked = 0;
  for await (const recording of presentRecordings(store, actors)) {
    const { recordingId, owner, original } = recording;
    const condition = await (quick ? originals.inspect(original) : originals.inspectContent(original));
    checked += 1;
    onProgress(checked);
    if (condition === 'intact') continue;
    findings.push({ condition, recordingId, owner, objectKey: original.objectKey });
  }
  return { checked, findings };
}

async function* presentRecordings(
  store: EventStore,
  actors: Actors<DomainEvent>,
): AsyncGenerator<PresentRecording> {
  for await (const { type, data } of everyEvent(store)) {
    if (type !== AudioUploaded.type || typeof data.recordingId !== 'string') continue;
    const { state } = await actors.read(recordingDecider, data.recordingId);
    if (state.phase === 'present') yield state;
  }
}

async function adopt(): Promise<void> {
  const outcome = await withFoundation(async ({ store }, environment) =>
    adoptStore(openObjectStorage(environment, dataFolderOf(environment)), await store.logId()),
  );
  if (outcome === 'foreign') {
    console.error('This object store carries the mark of another event log. Nothing was changed.');
    process.exitCode = 1;
  } else {
    console.log(outcome === 'already' ? 'It carries the mark already.' : 'The store carries the mark now.');
  }
}
