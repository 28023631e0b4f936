import Anthropic, { APIConnectionTimeoutError, APIError, APIUserAbortError } from '@anthropic-ai/sdk';
import { isNativeError } from 'node:util/types';
import { z } from 'zod';
import { failureOfHttp } from '../../http-failure';
import { ProviderFailure } from '../../provider-failure';
import { LanguageModel, WriteRequest, WriteResult } from '../language-model';
import { renderPrompt, SYSTEM_PROMPT } from './transcript-prompt';

export interface AnthropicLanguageModelOptions {
  apiKey: string;
  /** Any server that speaks Anthropic's Messages API; default: Anthropic itself. */
  baseUrl?: string | undefined;
  /** Default: `DEFAULT_ANTHROPIC_MODEL`. */
  model?: string | undefined;
  concurrency: number;
  timeoutMs: number;
}

/** Current Sonnet of November 2026. Models retire: the configuration names another. */
export const DEFAULT_ANTHROPIC_MODEL = 'claude-sonnet-5-5';

const PROVIDER = 'anthropic';

/** US dollars per million tokens (input, output), from Anthropic's public price list of November 2026. */
const DOLLARS_PER_MILLION: Readonly<Record<string, readonly [number, number]>> = {
  'claude-sonnet-5-5': [2, 10],
  'claude-sonnet-5': [2, 10],
  'claude-sonnet-4-6': [3, 15],
  'claude-haiku-4-5': [1, 5],
};

/** Present models think before they write, and what they think counts towards `max_tokens`. */
const THINKING_TOKENS = 16_000;

const answerSchema = z.object({
  model: z.string(),
  stop_reason: z.string().nullable(),
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  usage: z.object({ input_tokens: z.number().int().min(0), output_tokens: z.number().int().min(0) }),
});
type Answer = z.infer<typeof answerSchema>;

/** Language model by Anthropic's Messages API. */
export class AnthropicLanguageModel implements LanguageModel {
  readonly provider = PROVIDER;
  readonly model: string;
  /** No sampling parameters: present models refuse any but their own. */
  readonly parameters = { thinkingTokens: THINKING_TOKENS };
  readonly concurrency: number;
  readonly note: string;
  private readonly client: Anthropic;

  constructor(options: AnthropicLanguageModelOptions) {
    this.model = options.model ?? DEFAULT_ANTHROPIC_MODEL;
    this.concurrency = options.concurrency;
    this.note = `Written by ${this.model} from the transcript.`;
    this.client = new Anthropic({
      apiKey: options.apiKey,
      ...(options.baseUrl !== undefined && { baseURL: options.baseUrl }),
      timeout: options.timeoutMs,
      // The job queue retries; a second layer would retry its retries, and pay for them.
      maxRetries: 0,
      logLevel: 'off',
    });
  }

  async write(request: WriteRequest, signal: AbortSignal): Promise<WriteResult> {
    try {
      const { data, request_id: requestId } = await this.client.messages
        .create(
          {
            model: this.model,
            max_tokens: request.maxOutputTokens + THINKING_TOKENS,
            system: SYSTEM_PROMPT,
            messages: [{ role: 'user', content: renderPrompt(request) }],
          },
          { signal },
        )
        .withResponse();
      return this.read(data, requestId ?? undefined);
    } catch (error) {
      throw signal.aborted ? error : asProviderFailure(error);
    }
  }

  private read(data: unknown, requestId: string | undefined): WriteResult {
    const parsed = answerSchema.safeParse(data);
    if (!parsed.success)
      throw failure('invalid_response', 'the answer is not a message', requestId, parsed.error);
    const answer = parsed.data;
    if (answer.stop_reason === 'max_tokens' || answer.stop_reason === 'model_context_window_exceeded') {
      throw failure('incomplete', `the answer was cut (${answer.stop_reason})`, requestId);
    }
    if (answer.stop_reason === 'refusal') throw failure('rejected', 'the model refused', requestId);
    const text = answer.content
      .filter((block) => block.type === 'text')
      .map((block) => block.text ?? '')
      .join('')
      .trim();
    if (text === '') throw failure('invalid_response', 'the answer holds no text', requestId);
    const { input_tokens: inputTokens, output_tokens: outputTokens } = answer.usage;
    return {
      text,
      usage: { inputTokens, outputTokens },
      costUsd: this.costOf(answer),
      model: answer.model,
      requestId,
    };
  }

  private costOf({ usage }: Answer): number | undefined {
    const price = DOLLARS_PER_MILLION[this.model];
    return price && (usage.input_tokens * price[0] + usage.output_tokens * price[1]) / 1_000_000;
  }
}

function failure(
  code: 'invalid_response' | 'incomplete' | 'rejected',
  message: string,
  requestId: string | undefined,
  cause?: unknown,
): ProviderFailure {
  return new ProviderFailure(code, `anthropic: ${message}`, { provider: PROVIDER, requestId, cause });
}

function asProviderFailure(error: unknown): Error {
  if (error instanceof ProviderFailure || error instanceof APIUserAbortError) return error;
  if (error instanceof APIConnectionTimeoutError) {
    return new ProviderFailure('timeout', 'anthropic: no answer in time', {
      provider: PROVIDER,
      cause: error,
    });
  }
  if (error instanceof APIError) {
    const requestId = error.requestID ?? undefined;
    if (/prompt is too long|context window/i.test(error.message)) {
      return new ProviderFailure('too_long', 'anthropic: the transcript is too long for this model', {
        provider: PROVIDER,
        requestId,
        cause: error,
      });
    }
    return failureOfHttp({
      provider: PROVIDER,
      status: typeof error.status === 'number' ? error.status : undefined,
      reason: error.type ?? undefined,
      headers: error.headers instanceof Headers ? error.headers : undefined,
      requestId,
      cause: error,
    });
  }
  if (isNativeError(error) && error.name === 'SyntaxError')
    return failure('invalid_response', 'the answer is not JSON', undefined, error);
  return new ProviderFailure('unavailable', 'anthropic: the connection was lost', {
    provider: PROVIDER,
    cause: error,
  });
}
