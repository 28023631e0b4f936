import 'reflect-metadata';
import { AnotherEventLog, AnotherMasterKey, BackupUnusable, LogNotQuiet } from '@voxpersona/composition';
import {
  EventStoreUnavailable,
  EventTampered,
  EventTooLarge,
  LogBroken,
  LogsDiffer,
  NotProvable,
} from '@voxpersona/event-store';
import { CommandRefused, ProviderFailure, SealFileInvalid, SealsDisagree } from '@voxpersona/pipeline';
import {
  ConfigurationInvalid,
  DataFolderInUse,
  EmbeddedPostgresFailed,
  MasterKeyInvalid,
} from '@voxpersona/platform';
import { GenerationRefused } from '@voxpersona/projections';
import { Command } from 'commander';
import { existsSync } from 'node:fs';
import { audioCommands } from './audio';
import { auditCommands, ProofRefused } from './audit';
import { backupCommand, restoreCommand } from './backup';
import { eventsCommand } from './events';
import { jobsCommands } from './jobs';
import { logCommands } from './log';
import { keysCommands } from './keys';
import { membersCommands } from './members';
import { ModelRefused, modelsCommands } from './models';
import { OutcomeUnknown } from './operator-request';
import { projectionsCommands } from './projections';
import { providerKeysCommands } from './provider-keys';
import { recordingsCommand } from './recordings';
import { reprocessCommands } from './reprocess';
import { ReprocessRefused } from './reprocess-options';
import { telegramCommands, UpdateNotFailed } from './telegram';

/** Errors whose message says all that the operator needs. */
const PLAIN_ERRORS = [
  AnotherEventLog,
  AnotherMasterKey,
  BackupUnusable,
  CommandRefused,
  ConfigurationInvalid,
  DataFolderInUse,
  EmbeddedPostgresFailed,
  EventStoreUnavailable,
  EventTampered,
  EventTooLarge,
  GenerationRefused,
  LogNotQuiet,
  LogsDiffer,
  MasterKeyInvalid,
  ModelRefused,
  LogBroken,
  NotProvable,
  OutcomeUnknown,
  ProofRefused,
  ProviderFailure,
  ReprocessRefused,
  SealFileInvalid,
  SealsDisagree,
  UpdateNotFailed,
];

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const program = new Command('vox')
    .description('Commands of the operator. They work beside a running server, or without one.')
    .addCommand(keysCommands())
    .addCommand(membersCommands())
    .addCommand(jobsCommands())
    .addCommand(telegramCommands())
    .addCommand(providerKeysCommands())
    .addCommand(recordingsCommand())
    .addCommand(eventsCommand())
    .addCommand(projectionsCommands())
    .addCommand(reprocessCommands())
    .addCommand(audioCommands())
    .addCommand(auditCommands())
    .addCommand(modelsCommands())
    .addCommand(logCommands())
    .addCommand(backupCommand())
    .addCommand(restoreCommand());
  await program.parseAsync();
}

main().catch((error: unknown) => {
  const plain = PLAIN_ERRORS.some((known) => error instanceof known);
  const text =
    error instanceof Error ? (plain ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});
