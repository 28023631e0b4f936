import { KeyPool } from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import { Foundation } from './foundation';
import { CompositionLog } from './log';

/** Providers that are paid by key. */
export type PaidProvider = 'openai' | 'anthropic';

/** The keys that the environment gives, by provider. Secrets: never to be logged. */
export function configuredKeys(environment: Environment): Record<PaidProvider, string[]> {
  return {
    openai: keysOf(environment.OPENAI_API_KEY),
    anthropic: keysOf(environment.ANTHROPIC_API_KEY),
  };
}

/** The keys of a provider, with their limits; undefined without any. */
export function providerKeys(
  provider: PaidProvider,
  environment: Environment,
  { pool }: Pick<Foundation, 'pool'>,
  log: CompositionLog,
): KeyPool | undefined {
  const keys = configuredKeys(environment)[provider];
  if (keys.length === 0) return undefined;
  const limits =
    provider === 'openai'
      ? {
          requestsPerMinute: environment.OPENAI_REQUESTS_PER_MINUTE,
          tokensPerMinute: environment.OPENAI_TOKENS_PER_MINUTE,
        }
      : {
          requestsPerMinute: environment.ANTHROPIC_REQUESTS_PER_MINUTE,
          tokensPerMinute: environment.ANTHROPIC_TOKENS_PER_MINUTE,
        };
  return new KeyPool(pool, { provider, keys, ...limits, log });
}

function keysOf(setting: string | undefined): string[] {
  const keys = (setting ?? '').split(',').map((key) => key.trim());
  return [...new Set(keys.filter((key) => key !== ''))];
}
