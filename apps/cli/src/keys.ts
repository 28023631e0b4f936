import { founderIdOf, ownerIdOf } from '@voxpersona/domain';
import { IssueApiKey, IssueApiKeyHandler, Workspaces } from '@voxpersona/pipeline';
import { Command } from 'commander';
import { operatorRequest, requestOption, withKnownOutcome } from './operator-request';
import { withFoundation } from './with-foundation';

/** `vox keys …` */
export function keysCommands(): Command {
  const keys = new Command('keys').description('API keys of the founders of workspaces');
  keys
    .command('add')
    .description('Make a key and print it. Only its hash is stored.')
    .requiredOption('--owner <name>', 'workspace whose founder the key acts for; it is made if there is none')
    .option('--label <text>', 'what the key is for', '')
    .addOption(requestOption())
    .action(({ owner, label, request }: { owner: string; label: string; request?: string }) =>
      add(owner, label, request),
    );
  keys
    .command('revoke')
    .description('Revoke a key of any member; it stops working at once.')
    .requiredOption('--owner <name>', 'workspace of the key')
    .requiredOption('--key <id>', 'the part between the first and the second "_" of the key')
    .action(({ owner, key }: { owner: string; key: string }) => revoke(owner, key));
  return keys;
}

async function add(name: string, label: string, requestName: string | undefined): Promise<void> {
  const request = operatorRequest(requestName);
  const ownerId = ownerIdOf(name);
  const { apiKey } = await withFoundation(({ actors, issuedSecrets }) =>
    withKnownOutcome(request, async () => {
      const workspaces = new Workspaces(actors);
      await workspaces.ask(ownerId, { type: 'RegisterWorkspace', name }, request);
      const wanted = { label, scopes: null, expiresAt: null };
      return new IssueApiKeyHandler(workspaces, issuedSecrets).execute(
        new IssueApiKey(ownerId, { kind: 'operator' }, founderIdOf(ownerId), wanted, request),
      );
    }),
  );
  console.log(apiKey);
}

async function revoke(name: string, keyId: string): Promise<void> {
  const command = { type: 'RevokeApiKey' as const, by: { kind: 'operator' as const }, keyId };
  await withFoundation(({ actors }) =>
    new Workspaces(actors).ask(ownerIdOf(name), command, operatorRequest()),
  );
  console.log(`Revoked ${keyId}.`);
}
