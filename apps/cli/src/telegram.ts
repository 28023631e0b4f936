import { FailedUpdates } from '@voxpersona/telegram';
import { Command } from 'commander';
import { withFoundation } from './with-foundation';

/** `vox telegram …` */
export function telegramCommands(): Command {
  const telegram = new Command('telegram').description('What Telegram told the bot');
  telegram
    .command('failed')
    .description('List updates that were given up, oldest first; they are kept for two days.')
    .option('--json', 'one JSON document')
    .action(failed);
  telegram
    .command('repeat <update>')
    .description('Have one that was given up dealt with again; nothing is done or said twice.')
    .action(repeat);
  return telegram;
}

async function failed({ json }: { json?: boolean }): Promise<void> {
  const updates = await withFoundation(({ pool }) => new FailedUpdates(pool).list());
  if (json) {
    console.log(JSON.stringify(updates, null, 2));
    return;
  }
  for (const { updateId, chatId, receivedAt } of updates) {
    console.log(`${updateId}  of chat ${chatId}, received ${receivedAt.toISOString()}`);
  }
  if (updates.length === 0) console.log('No update was given up.');
}

async function repeat(given: string): Promise<void> {
  const updateId = Number(given);
  const isRepeated =
    Number.isSafeInteger(updateId) &&
    (await withFoundation(({ pool }) => new FailedUpdates(pool).repeat(updateId)));
  if (!isRepeated) throw new UpdateNotFailed(`No update ${given} was given up. See vox telegram failed.`);
  console.log(`${given} is dealt with as soon as a bot runs.`);
}

/** There is nothing to repeat. */
export class UpdateNotFailed extends Error {}
