import { configuredKeys } from '@voxpersona/composition';
import { listProviderKeys, restoreProviderKey } from '@voxpersona/pipeline';
import { Command } from 'commander';
import { withFoundation } from './with-foundation';

/** `vox provider-keys …` */
export function providerKeysCommands(): Command {
  const keys = new Command('provider-keys').description('Keys of OpenAI and Anthropic');
  keys
    .command('list')
    .description('Every key that was ever used, by a hint of it, with its state.')
    .option('--json', 'one JSON document')
    .action(list);
  keys
    .command('restore <provider> <id>')
    .description('Let a key be used again that was revoked, exhausted or told to wait.')
    .action(restore);
  return keys;
}

async function list(options: { json?: boolean }): Promise<void> {
  const records = await withFoundation(({ pool }, environment) =>
    listProviderKeys(pool, configuredKeys(environment)),
  );
  if (options.json) {
    console.log(JSON.stringify(records, null, 2));
    return;
  }
  for (const {
    provider,
    fingerprint,
    hint,
    state,
    stateSince,
    blockedUntil,
    configured: present,
  } of records) {
    const waits = blockedUntil ? `, told to wait until ${blockedUntil.toISOString()}` : '';
    const absent = present ? '' : ', no longer configured';
    const since = state === 'active' ? '' : ` since ${stateSince.toISOString()}`;
    console.log(`${provider}  ${fingerprint}  ${hint}: ${state}${since}${waits}${absent}`);
  }
  if (records.length === 0) console.log('No key has been used yet.');
}

async function restore(provider: string, id: string): Promise<void> {
  const done = await withFoundation(({ pool }) => restoreProviderKey(pool, provider, id));
  if (!done) throw new Error(`There is no key ${id} of ${provider}; see vox provider-keys list.`);
  console.log(`Key ${id} of ${provider} will be used again.`);
}
