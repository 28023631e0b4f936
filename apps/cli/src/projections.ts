import { Leadership } from '@voxpersona/event-store';
import { listMissingVectors, MissingVectorsFigures } from '@voxpersona/pipeline';
import {
  checkpointName,
  Generation,
  GenerationRefused,
  Generations,
  ProjectionStatus,
  VECTOR_INDEX,
} from '@voxpersona/projections';
import { repairAdvice } from '@voxpersona/vector-store';
import { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { progressLine } from './progress-line';
import { withFoundation } from './with-foundation';

const POLL_MS = 250;
/** Exit code where the next generation is complete but differs: somebody has to decide. */
const EXIT_DIFFERS = 2;

/** `vox projections …` */
export function projectionsCommands(): Command {
  const projections = new Command('projections').description('Read models and the vector index');
  projections
    .command('status')
    .description('Every projection with its generations, and events that it had to go on without.')
    .option('--json', 'one JSON document')
    .action(status);
  projections
    .command('rebuild <names...>')
    .description(
      'Build anew from the log, beside what serves, and switch over when it holds the same; "all" for all of them. ' +
        `Exit code ${EXIT_DIFFERS}: complete, but different; see accept.`,
    )
    .option('--no-wait', 'do not wait until it serves')
    .option('--json', 'one JSON document')
    .action(rebuild);
  const change = (
    name: string,
    description: string,
    ask: (generations: Generations, projection: string) => Promise<unknown>,
    done: string,
  ): void => {
    projections
      .command(`${name} <name>`)
      .description(description)
      .action(async (projection: string) => {
        await withFoundation(({ pool }) => ask(new Generations(pool), projection));
        console.log(`${projection}: ${done}`);
      });
  };
  change(
    'rollback',
    'Let the generation before serve again.',
    (all, name) => all.rollBack(name),
    'goes back.',
  );
  change(
    'pin',
    'Keep the generation before, which is otherwise deleted a day after it served.',
    (all, name) => all.pin(name, true),
    'kept.',
  );
  change('unpin', 'End that.', (all, name) => all.pin(name, false), 'no longer kept.');
  change('pause', 'Hold a rebuild.', (all, name) => all.pause(name), 'paused.');
  change(
    'resume',
    'Go on with a rebuild that was paused or failed.',
    (all, name) => all.resume(name),
    'goes on.',
  );
  change('cancel', 'End a rebuild and throw it away.', (all, name) => all.cancel(name), 'cancelled.');
  change(
    'accept',
    'Let the next generation serve although it differs from the one that does.',
    (all, name) => all.accept(name),
    'will serve.',
  );
  return projections;
}

async function status({ json }: { json?: boolean }): Promise<void> {
  const { all, missing } = await withFoundation(async ({ pool }) => ({
    all: await new Generations(pool).status(),
    missing: await listMissingVectors(pool),
  }));
  if (json) {
    const withMissing = all.map((one) =>
      one.name === VECTOR_INDEX ? { ...one, missingVectors: missing } : one,
    );
    console.log(JSON.stringify(withMissing, null, 2));
    return;
  }
  for (const one of all) {
    describe(one);
    if (one.name === VECTOR_INDEX) for (const figures of missing) describeMissing(figures);
  }
}

function describeMissing(figures: MissingVectorsFigures): void {
  const { embedder, underWay, givenUp, impossible } = figures;
  const count = underWay + givenUp + impossible;
  console.log(`  missing vectors of ${embedder}: ${count}. ${repairAdvice(figures, embedder)}`);
}

function describe({ name, position, generations, parked }: ProjectionStatus): void {
  console.log(`${name}${position === null ? '' : `, at ${position}`}`);
  for (const { generation, version, state, pinned, phase, progress, problem, comparison } of generations) {
    const more = state === 'building' ? `, ${phase}${progress ? `, ${progressText(progress)}` : ''}` : '';
    console.log(`  ${generation}  version ${version}, ${state}${pinned ? ', pinned' : ''}${more}`);
    if (problem) console.log(`     stopped at ${problem.type} ${problem.eventId}: ${problem.reason}`);
    if (comparison?.notCompared !== undefined) console.log(`     not compared: ${comparison.notCompared}`);
    for (const table of comparison && !comparison.equal ? comparison.tables : []) {
      const [serves, next] = [table.active, table.building];
      console.log(
        `     ${table.name}: ${serves.rows} rows serve (${serves.hash}), ${next.rows} next (${next.hash})`,
      );
    }
  }
  for (const { eventType, eventId, reason } of parked) {
    console.log(`  goes on without ${eventType} ${eventId}: ${reason}`);
  }
}

function progressText({
  share,
  applied,
  eventsPerSecond,
  secondsLeft,
}: NonNullable<Generation['progress']>): string {
  // The log knows its events by position; how many of them this projection wants is known at the end.
  const total = share > 0 ? Math.round(applied / share) : 0;
  const left = secondsLeft === null ? '' : `, ${secondsLeft} s left`;
  return `${(share * 100).toFixed(1)} % (${applied} of about ${total} events, ${eventsPerSecond} per second${left})`;
}

async function rebuild(
  names: readonly string[],
  { wait, json }: { wait: boolean; json?: boolean },
): Promise<void> {
  await withFoundation(async ({ pool, leadership }) => {
    const generations = new Generations(pool);
    const wanted = names.includes('all') ? (await generations.status()).map(({ name }) => name) : names;
    const begun: Generation[] = [];
    for (const name of wanted) begun.push(await generations.rebuild(name));
    const ended: Generation[] = [];
    if (wait) for (const one of begun) ended.push(await finished(generations, leadership, one));
    if (json) console.log(JSON.stringify(wait ? ended : begun, null, 2));
    else for (const one of wait ? ended : begun) console.log(outcome(one));
    if (ended.some(({ phase, state }) => state === 'building' && phase === 'failed')) process.exitCode = 1;
    else if (ended.some(({ phase, state }) => state === 'building' && phase === 'differs'))
      process.exitCode = EXIT_DIFFERS;
  });
}

function outcome({ projection, generation, state, phase, problem, comparison }: Generation): string {
  const name = `${projection}, generation ${generation}`;
  if (state === 'active' && comparison?.notCompared !== undefined) {
    return `${name}: serves; not compared: ${comparison.notCompared}.`;
  }
  if (state === 'active') return `${name}: serves.`;
  if (phase === 'failed')
    return `${name}: stopped at ${problem?.type} ${problem?.eventId}: ${problem?.reason}`;
  if (phase === 'differs') {
    return `${name}: complete, but not like the one that serves. See vox projections status; then accept or cancel it.`;
  }
  return `${name}: ${phase === 'reading' ? 'begun; a worker builds it' : phase}.`;
}

/** Waits until a generation serves, or needs somebody. */
async function finished(
  generations: Generations,
  leadership: Leadership,
  begun: Generation,
): Promise<Generation> {
  const { projection, generation, version } = begun;
  const line = progressLine(process.stderr);
  try {
    for (;;) {
      const all = await generations.status();
      const own = all.find(({ name }) => name === projection)?.generations ?? [];
      const now = own.find((one) => one.generation === generation);
      if (!now) throw new GenerationRefused('no_rebuild', `The rebuild of ${projection} was cancelled.`);
      if (now.state === 'active' || now.phase === 'failed' || now.phase === 'differs') return now;
      const active = own.find(({ state }) => state === 'active')?.generation ?? 1;
      const isRun =
        projection === VECTOR_INDEX || (await leadership.isRun(checkpointName(projection, active), version));
      if (!isRun) {
        console.error('No worker runs: it goes on when a server is started.');
        return now;
      }
      line.show(`${projection}: ${now.progress ? progressText(now.progress) : now.phase}`);
      await sleep(POLL_MS);
    }
  } finally {
    line.end();
  }
}
