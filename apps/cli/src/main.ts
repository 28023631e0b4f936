import 'reflect-metadata';
import { ConfigurationInvalid, EmbeddedPostgresFailed } from '@voxpersona/platform';
import { Command } from 'commander';
import { existsSync } from 'node:fs';
import { auditCommands } from './audit';
import { jobsCommands } from './jobs';
import { keysCommands } from './keys';
import { membersCommands } from './members';
import { providerKeysCommands } from './provider-keys';

/** Errors whose message says all that the operator needs. */
const PLAIN_ERRORS = [ConfigurationInvalid, EmbeddedPostgresFailed];

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const program = new Command('vox')
    .description('Commands of the operator. They work beside a running server, or without one.')
    .addCommand(keysCommands())
    .addCommand(membersCommands())
    .addCommand(jobsCommands())
    .addCommand(providerKeysCommands())
    .addCommand(auditCommands());
  await program.parseAsync();
}

main().catch((error: unknown) => {
  const plain = PLAIN_ERRORS.some((known) => error instanceof known);
  const text =
    error instanceof Error ? (plain ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});
