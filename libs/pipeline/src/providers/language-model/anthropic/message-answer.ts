import { z } from 'zod';
import { WriteResult } from '../language-model';
import { anthropicFailure } from './anthropic-failure';

/** US dollars per million tokens (input, output), from Anthropic's public price list of November 2026. */
const DOLLARS_PER_MILLION: Readonly<Record<string, readonly [number, number]>> = {
  'claude-sonnet-5-5': [2, 10],
  'claude-sonnet-5': [2, 10],
  'claude-sonnet-4-6': [3, 15],
  'claude-haiku-4-5': [1, 5],
};

/** What a token of input costs, as parts of its price, when it is written to the cache and when it is read from it. */
const CACHE_WRITE = 1.25;
const CACHE_READ = 0.1;

const tokens = z.number().int().min(0);

const answerSchema = z.object({
  model: z.string(),
  stop_reason: z.string().nullable(),
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  usage: z.object({
    /** Without those written to the cache or read from it. */
    input_tokens: tokens,
    output_tokens: tokens,
    cache_creation_input_tokens: tokens.nullish(),
    cache_read_input_tokens: tokens.nullish(),
  }),
});
type Usage = z.infer<typeof answerSchema>['usage'];

/**
 * Reads the answer of Anthropic's Messages API.
 *
 * @param model whose prices count: the one that was asked for
 * @throws ProviderFailure `invalid_response`, `incomplete` when the answer was cut, `rejected` for a refusal
 */
export function readMessage(data: unknown, model: string, requestId: string | undefined): WriteResult {
  const parsed = answerSchema.safeParse(data);
  if (!parsed.success)
    throw anthropicFailure('invalid_response', 'the answer is not a message', requestId, parsed.error);
  const { stop_reason: stopReason, content, usage, model: answered } = parsed.data;
  if (stopReason === 'max_tokens' || stopReason === 'model_context_window_exceeded') {
    throw anthropicFailure('incomplete', `the answer was cut (${stopReason})`, requestId);
  }
  if (stopReason === 'refusal') throw anthropicFailure('rejected', 'the model refused', requestId);
  const text = content
    .filter((block) => block.type === 'text')
    .map((block) => block.text ?? '')
    .join('')
    .trim();
  if (text === '') throw anthropicFailure('invalid_response', 'the answer holds no text', requestId);
  const { written, read } = cachedTokens(usage);
  return {
    text,
    usage: { inputTokens: usage.input_tokens + written + read, outputTokens: usage.output_tokens },
    costUsd: costOf(usage, model),
    model: answered,
    requestId,
  };
}

function cachedTokens(usage: Usage): { written: number; read: number } {
  return { written: usage.cache_creation_input_tokens ?? 0, read: usage.cache_read_input_tokens ?? 0 };
}

function costOf(usage: Usage, model: string): number | undefined {
  const price = DOLLARS_PER_MILLION[model];
  if (!price) return undefined;
  const { written, read } = cachedTokens(usage);
  const input = usage.input_tokens + written * CACHE_WRITE + read * CACHE_READ;
  return (input * price[0] + usage.output_tokens * price[1]) / 1_000_000;
}
