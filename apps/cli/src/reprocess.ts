import { catalogueOf, Foundation } from '@voxpersona/composition';
import {
  deriveId,
  isUuid,
  MAX_REPROCESSED,
  ownerIdOf,
  ReprocessingCommand,
  ReprocessingForecast,
  ReprocessingWork,
} from '@voxpersona/domain';
import { Reprocessings, RequestContext } from '@voxpersona/pipeline';
import {
  ChosenRecordings,
  ForecastReprocessing,
  ForecastReprocessingHandler,
  ListReprocessings,
  ListReprocessingsHandler,
} from '@voxpersona/projections';
import { Command } from 'commander';
import { operatorRequest } from './operator-request';
import { filterOf, ReprocessOptions, ReprocessRefused, toMoney, workOf } from './reprocess-options';
import { describeBatch, EXIT_SOME_FAILED, readBatch, throughBatch } from './reprocess-progress';
import { withFoundation } from './with-foundation';

interface StartOptions extends ReprocessOptions {
  maxCost?: number;
  wait: boolean;
}

/** `vox reprocess …` */
export function reprocessCommands(): Command {
  const reprocess = new Command('reprocess').description(
    'Transcribe, or report on, many recordings once more; both versions stay.',
  );
  withChoice(reprocess.command('forecast'))
    .description('What it would cost, by what the same recordings cost before. Changes nothing.')
    .action(forecast);
  withChoice(reprocess.command('start'))
    .description(
      `Begin, and wait until all is through. Exit code ${EXIT_SOME_FAILED}: through, but some recordings failed.`,
    )
    .option('--max-cost <usd>', 'refuse where the forecast is higher', toMoney)
    .option('--no-wait', 'do not wait until all is through')
    .action(start);
  reprocess
    .command('status [id]')
    .description('How far a batch is; without an id the newest ones.')
    .requiredOption('--owner <name>', 'the workspace')
    .option('--json', 'one JSON document')
    .action(status);
  const change = (name: string, description: string, type: ChangeType, done: string): void => {
    reprocess
      .command(`${name} <id>`)
      .description(description)
      .requiredOption('--owner <name>', 'the workspace')
      .action((id: string, { owner }: { owner: string }) =>
        ask(id, owner, (ownerId) => ({ type, owner: ownerId }), done),
      );
  };
  change('pause', 'Begin nothing new; what is under way ends.', 'PauseReprocessing', 'paused.');
  change('resume', 'Go on with one that was paused.', 'ResumeReprocessing', 'goes on.');
  change('cancel', 'End it; what is there stays.', 'CancelReprocessing', 'cancelled.');
  const judge = (name: string, description: string, type: VerdictType, done: string): void => {
    reprocess
      .command(`${name} <id>`)
      .description(description)
      .requiredOption('--owner <name>', 'the workspace')
      .option('--recording <id>', 'only what came of this one')
      .action((id: string, { owner, recording }: { owner: string; recording?: string }) =>
        ask(id, owner, (ownerId) => ({ type, owner: ownerId, recordingId: recording ?? null }), done),
      );
  };
  judge('accept', 'Keep what came of it.', 'AcceptReprocessed', 'accepted.');
  judge('reject', 'Go back to what was there before.', 'RejectReprocessed', 'rejected.');
  return reprocess;
}

type ChangeType = 'PauseReprocessing' | 'ResumeReprocessing' | 'CancelReprocessing';
type VerdictType = 'AcceptReprocessed' | 'RejectReprocessed';

function withChoice(command: Command): Command {
  return command
    .requiredOption('--owner <name>', 'the workspace')
    .option('--retranscribe', 'transcribe again')
    .option('--report <type>', 'write this report again')
    .option('--language <code>', 'of the speech, or to write in; ISO 639-1')
    .option('--status <names>', 'only recordings in these states, with commas between; default: ready')
    .option('--scenario <name>', 'only this kind of conversation')
    .option('--spoken <code>', 'only recordings in this language')
    .option('--uploaded-from <time>', 'not before, ISO 8601')
    .option('--uploaded-before <time>', 'before, ISO 8601')
    .option('--file-name <text>', "part of the file's name")
    .option('--json', 'one JSON document');
}

async function choose(
  { pool }: Foundation,
  options: ReprocessOptions,
): Promise<ChosenRecordings & { work: ReprocessingWork }> {
  const work = workOf(options);
  const query = new ForecastReprocessing(ownerIdOf(options.owner), work, filterOf(options));
  return { work, ...(await new ForecastReprocessingHandler(pool).execute(query)) };
}

async function forecast(options: ReprocessOptions): Promise<void> {
  const chosen = await withFoundation((foundation) => choose(foundation, options));
  if (options.json) console.log(JSON.stringify(chosen.forecast, null, 2));
  else console.log(forecastText(chosen.forecast));
}

function forecastText(expected: ReprocessingForecast): string {
  const { recordings, audioSeconds, costUsd, recordingsOfUnknownPrice: unknown } = expected;
  const cost = costUsd === null ? 'at a price that is not known' : `about $${costUsd}`;
  const rest = unknown > 0 && costUsd !== null ? `, and ${unknown} whose price is not known` : '';
  return `${recordings} recordings, ${(audioSeconds / 60).toFixed(1)} min, ${cost}${rest}.`;
}

async function start({ wait, maxCost, json = false, ...options }: StartOptions): Promise<void> {
  await withFoundation(async (foundation, environment) => {
    const { work, recordingIds, forecast: expected } = await choose(foundation, options);
    if (work.kind === 'report' && !(await catalogueOf(environment)).has(work.reportType)) {
      throw new ReprocessRefused(`There is no report type ${work.reportType} in the catalogue.`);
    }
    const { costUsd } = expected;
    const isFew = recordingIds.length <= MAX_REPROCESSED;
    if (isFew && maxCost !== undefined && costUsd !== null && costUsd > maxCost) {
      throw new ReprocessRefused(`${forecastText(expected)} That is more than $${maxCost}.`);
    }
    const owner = ownerIdOf(options.owner);
    const request = requestFor(owner);
    const id = deriveId('reprocessing', request.requestId);
    const command = { type: 'RequestReprocessing' as const, reprocessingId: id, owner };
    await new Reprocessings(foundation.actors).ask(
      id,
      { ...command, work, forecast: expected, recordingIds },
      request,
    );
    if (!json) console.log(`${id}: begun. ${forecastText(expected)}`);
    const batch = wait ? await throughBatch(foundation, owner, id) : null;
    if (json) console.log(JSON.stringify(batch ?? { id, forecast: expected }, null, 2));
    else if (batch) console.log(describeBatch(batch));
    if (batch && batch.failed > 0) process.exitCode = EXIT_SOME_FAILED;
  });
}

async function status(id: string | undefined, { owner, json = false }: ReprocessOptions): Promise<void> {
  const ownerId = ownerIdOf(owner);
  const batches = await withFoundation(async ({ pool }) => {
    if (id !== undefined) return [await readBatch(pool, ownerId, id)];
    const query = new ListReprocessings({ owner: ownerId, limit: 20, after: null });
    return (await new ListReprocessingsHandler(pool).execute(query)).rows;
  });
  if (batches.includes(null)) throw new ReprocessRefused(`There is no batch ${id} of ${owner}.`);
  const known = batches.filter((batch) => batch !== null);
  if (json) console.log(JSON.stringify(id === undefined ? known : known[0], null, 2));
  else for (const batch of known) console.log(describeBatch(batch));
  if (!json && known.length === 0) console.log(`No batches of ${owner}.`);
}

async function ask(
  id: string,
  owner: string,
  commandOf: (ownerId: string) => ReprocessingCommand,
  done: string,
): Promise<void> {
  if (!isUuid(id)) throw new ReprocessRefused(`There is no batch ${id} of ${owner}.`);
  const ownerId = ownerIdOf(owner);
  await withFoundation(({ actors }) =>
    new Reprocessings(actors).ask(id, commandOf(ownerId), requestFor(ownerId)),
  );
  console.log(`${id}: ${done}`);
}

/** Work that follows from it is the workspace's: its members see the jobs. */
function requestFor(owner: string): RequestContext {
  const request = operatorRequest();
  return { ...request, actor: { ...request.actor, owner } };
}
