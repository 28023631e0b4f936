import { accessDecider, ownerIdOf } from '@voxpersona/domain';
import { commandContext, IssueApiKey, IssueApiKeyHandler, RequestContext } from '@voxpersona/pipeline';
import { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { withFoundation } from './with-foundation';

/** `vox keys …` */
export function keysCommands(): Command {
  const keys = new Command('keys').description('API keys');
  keys
    .command('add')
    .description('Make a key; it is printed once and kept nowhere.')
    .requiredOption('--owner <name>', 'account that the key acts for; registered on its first key')
    .option('--label <text>', 'what the key is for', '')
    .action(({ owner, label }: { owner: string; label: string }) => add(owner, label));
  keys
    .command('revoke')
    .description('Revoke a key; it stops working at once.')
    .requiredOption('--owner <name>', 'account that the key acts for')
    .requiredOption('--key <id>', 'the part between the first and the second "_" of the key')
    .action(({ owner, key }: { owner: string; key: string }) => revoke(owner, key));
  return keys;
}

async function add(owner: string, label: string): Promise<void> {
  const { apiKey } = await withFoundation((foundation) =>
    new IssueApiKeyHandler(foundation.actors).execute(new IssueApiKey(owner, label, operatorRequest())),
  );
  console.log(apiKey);
}

async function revoke(owner: string, keyId: string): Promise<void> {
  const answer = await withFoundation((foundation) =>
    foundation.actors.ask(
      accessDecider,
      ownerIdOf(owner),
      { type: 'RevokeApiKey', keyId },
      commandContext(operatorRequest(), 'revoke-key', keyId),
    ),
  );
  if (answer.kind === 'refused') throw new Error(answer.refusal.message);
  console.log(`Revoked ${keyId}.`);
}

/** Who the audit trail names: the system's user that runs the command. */
function operatorRequest(): RequestContext {
  return { requestId: randomUUID(), actor: { kind: 'operator', id: userInfo().username, owner: null } };
}
