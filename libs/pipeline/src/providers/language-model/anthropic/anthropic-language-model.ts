import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { KeyRunner, onePerKey } from '../../keys/key-runner';
import { LanguageModel, WriteRequest, WriteResult } from '../language-model';
import { anthropicFailure, asProviderFailure, PROVIDER } from './anthropic-failure';
import { readMessage } from './message-answer';
import { PrefixGate } from './prefix-gate';
import { Prompt, renderPrompt, SYSTEM_PROMPT } from './transcript-prompt';

export interface AnthropicLanguageModelOptions {
  keys: KeyRunner;
  /** Any server that speaks Anthropic's Messages API; default: Anthropic itself. */
  baseUrl?: string | undefined;
  /** Default: `DEFAULT_ANTHROPIC_MODEL`. */
  model?: string | undefined;
  concurrency: number;
  timeoutMs: number;
  /** Tokens that the model can take and give in one call. Default 200,000. */
  contextTokens?: number | undefined;
}

/** Current Sonnet of November 2026. Models retire: the configuration names another. */
export const DEFAULT_ANTHROPIC_MODEL = 'claude-sonnet-5-5';

const DEFAULT_CONTEXT_TOKENS = 200_000;

/** Present models think before they write, and what they think counts towards `max_tokens`. */
const THINKING_TOKENS = 16_000;

/** The provider keeps no shorter prefix between calls. */
const SHORTEST_KEPT_TOKENS = 1_024;

/** Fewer than in any language's prose, so that an estimate is rather too high. */
const CHARACTERS_PER_TOKEN = 3;

const countSchema = z.object({ input_tokens: z.number().int().min(0) });

/**
 * Language model by Anthropic's Messages API. The transcript comes first in every request and is marked to be kept by
 * the provider: the parts of a report share it, and all but the first pay a tenth for it.
 */
export class AnthropicLanguageModel implements LanguageModel {
  readonly provider = PROVIDER;
  readonly model: string;
  /** No sampling parameters: present models refuse any but their own. */
  readonly parameters = { thinkingTokens: THINKING_TOKENS };
  readonly concurrency: number;
  readonly note: string;
  private readonly keys: KeyRunner;
  private readonly contextTokens: number;
  private readonly clientOf: (key: string) => Anthropic;
  private readonly gate = new PrefixGate();

  constructor(options: AnthropicLanguageModelOptions) {
    this.model = options.model ?? DEFAULT_ANTHROPIC_MODEL;
    this.concurrency = options.concurrency;
    this.note = `Written by ${this.model} from the transcript.`;
    this.keys = options.keys;
    this.contextTokens = options.contextTokens ?? DEFAULT_CONTEXT_TOKENS;
    this.clientOf = onePerKey(
      (apiKey) =>
        new Anthropic({
          apiKey,
          ...(options.baseUrl !== undefined && { baseURL: options.baseUrl }),
          timeout: options.timeoutMs,
          // The job queue retries; a second layer would retry its retries, and pay for them.
          maxRetries: 0,
          logLevel: 'off',
        }),
    );
  }

  async write(request: WriteRequest, signal: AbortSignal): Promise<WriteResult> {
    const prompt = renderPrompt(request);
    const maxTokens = request.maxOutputTokens + THINKING_TOKENS;
    const inputTokens = await this.countTokens(prompt, signal);
    if (inputTokens + maxTokens > this.contextTokens) {
      const needed = `${inputTokens} tokens and ${maxTokens} for the answer`;
      throw anthropicFailure(
        'too_long',
        `the transcript is too long for this model: ${needed}, of ${this.contextTokens}`,
        undefined,
      );
    }
    // All of the input counts against a limit of tokens, also what is read from the cache, which Anthropic may not
    // count: whether it will be there is not known before the call.
    const call = (): Promise<WriteResult> =>
      this.keys.withKey(inputTokens, signal, (key) =>
        this.create(this.clientOf(key), prompt, maxTokens, signal),
      );
    if (inputTokens < SHORTEST_KEPT_TOKENS) return call();
    return this.gate.pass(createHash('sha256').update(prompt.transcript).digest('hex'), signal, call);
  }

  /** Costs nothing, and Anthropic limits it apart from messages: it takes no place among them. */
  private countTokens(prompt: Prompt, signal: AbortSignal): Promise<number> {
    return this.keys.withAnyKey(signal, async (key) => {
      try {
        const counted: unknown = await this.clientOf(key).messages.countTokens(this.inputOf(prompt), {
          signal,
        });
        const parsed = countSchema.safeParse(counted);
        if (parsed.success) return parsed.data.input_tokens;
        throw anthropicFailure('invalid_response', 'the answer is not a count', undefined, parsed.error);
      } catch (error) {
        // Servers that speak the same API do not all count. (An unknown model is a 404 too: the message will say so.)
        if (error instanceof APIError && error.status === 404) return estimateTokens(prompt);
        throw signal.aborted ? error : asProviderFailure(error);
      }
    });
  }

  private async create(
    client: Anthropic,
    prompt: Prompt,
    maxTokens: number,
    signal: AbortSignal,
  ): Promise<WriteResult> {
    try {
      const { data, request_id: requestId } = await client.messages
        .create({ ...this.inputOf(prompt), max_tokens: maxTokens }, { signal })
        .withResponse();
      return readMessage(data, this.model, requestId ?? undefined);
    } catch (error) {
      throw signal.aborted ? error : asProviderFailure(error);
    }
  }

  private inputOf({ transcript, instructions }: Prompt): Anthropic.MessageCountTokensParams {
    return {
      model: this.model,
      system: SYSTEM_PROMPT,
      messages: [
        {
          role: 'user',
          content: [
            // Everything up to and with this block is kept, the system prompt too.
            { type: 'text', text: transcript, cache_control: { type: 'ephemeral' } },
            { type: 'text', text: instructions },
          ],
        },
      ],
    };
  }
}

function estimateTokens({ transcript, instructions }: Prompt): number {
  const characters = SYSTEM_PROMPT.length + transcript.length + instructions.length;
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}
