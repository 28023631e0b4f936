import { z } from 'zod';
import { Environment, SETTINGS, TELEGRAM_API } from './settings';

/** All faults of a configuration at once. Holds names and rules, never values. */
export class ConfigurationInvalid extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The configuration has faults:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
    this.name = 'ConfigurationInvalid';
  }
}

/**
 * Reads the configuration from environment variables. An empty variable counts as not set.
 *
 * @throws ConfigurationInvalid
 */
export function loadEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const given = Object.fromEntries(
    Object.keys(SETTINGS).flatMap((name) => {
      const value = variables[name]?.trim();
      return value ? [[name, value]] : [];
    }),
  );
  const shape = Object.fromEntries(Object.entries(SETTINGS).map(([name, { schema }]) => [name, schema]));
  const parsed = z.object(shape).safeParse(given);
  const faults = parsed.success ? [] : parsed.error.issues.map(describe);
  if (parsed.success) faults.push(...contradictions(parsed.data as unknown as Environment));
  if (faults.length > 0 || !parsed.success) throw new ConfigurationInvalid(faults);
  // The shape was made from SETTINGS itself, which the type is derived from.
  return Object.freeze(parsed.data) as unknown as Environment;
}

function describe(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')}: ${issue.message}`;
}

/** Faults that only two variables together have. */
function contradictions(environment: Environment): string[] {
  const faults: string[] = [];
  if (environment.SPEECH_TO_TEXT === 'openai' && !environment.OPENAI_API_KEY) {
    faults.push('OPENAI_API_KEY: is needed with SPEECH_TO_TEXT=openai');
  }
  if (environment.LANGUAGE_MODEL === 'anthropic' && !environment.ANTHROPIC_API_KEY) {
    faults.push('ANTHROPIC_API_KEY: is needed with LANGUAGE_MODEL=anthropic');
  }
  if (environment.EVENT_STORE === 'eventstoredb' && !environment.EVENTSTORE_URL) {
    faults.push('EVENTSTORE_URL: is needed with EVENT_STORE=eventstoredb');
  }
  if (environment.OBJECT_STORAGE === 'minio') {
    for (const name of ['MINIO_ENDPOINT', 'MINIO_ACCESS_KEY', 'MINIO_SECRET_KEY'] as const) {
      if (!environment[name]) faults.push(`${name}: is needed with OBJECT_STORAGE=minio`);
    }
  }
  if (environment.ROLES.join() === 'bot' && !environment.TELEGRAM_BOT_TOKEN) {
    faults.push('TELEGRAM_BOT_TOKEN: is needed by a process that is there for the bot alone');
  }
  if (environment.TELEGRAM_UPDATES === 'webhook' && !environment.PUBLIC_URL?.startsWith('https://')) {
    const isLocal = environment.TELEGRAM_API_ROOT !== TELEGRAM_API && environment.PUBLIC_URL !== undefined;
    if (!isLocal) faults.push('PUBLIC_URL: an https address is needed with TELEGRAM_UPDATES=webhook');
  }
  const both = environment.ROLES.includes('api') && environment.ROLES.includes('worker');
  if (!environment.DATABASE_URL && !both) {
    faults.push(
      'ROLES: can be divided among processes only with a DATABASE_URL; on the embedded database one process does everything',
    );
  }
  const { CHUNK_TARGET_SECONDS: target, CHUNK_MAX_SECONDS: max } = environment;
  if (target !== undefined && max !== undefined && target > max) {
    faults.push('CHUNK_TARGET_SECONDS: must not exceed CHUNK_MAX_SECONDS');
  }
  return faults;
}
