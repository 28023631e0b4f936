import { createReadStream } from 'node:fs';
import { isNativeError } from 'node:util/types';
import OpenAI, { APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { failureOfHttp } from '../../http-failure';
import { KeyRunner, onePerKey } from '../../keys/key-runner';
import { ProviderFailure } from '../../provider-failure';
import {
  ChunkEncoding,
  ChunkPreference,
  SpeechToText,
  TranscriptionRequest,
  TranscriptionResult,
} from '../speech-to-text';
import { parseLenientJson } from '../answer/read-number';
import { readTranscription } from './transcription-answer';

export interface OpenAiSpeechToTextOptions {
  keys: KeyRunner;
  /** Any OpenAI-compatible server; default: OpenAI itself. */
  baseUrl?: string | undefined;
  model: string;
  concurrency: number;
  timeoutMs: number;
  chunks?: Partial<ChunkPreference>;
}

const PROVIDER = 'openai';

/** US dollars per minute of audio, from OpenAI's public price list of November 2026. */
const DOLLARS_PER_MINUTE: Readonly<Record<string, number>> = {
  'whisper-1': 0.006,
  'gpt-4o-transcribe': 0.006,
  'gpt-4o-mini-transcribe': 0.003,
};

/** Models that know segments with times; all others answer with bare text. */
const SEGMENT_MODELS = /whisper/i;

/** Models that are limited by tokens too; Whisper is limited by requests alone. */
const TOKEN_MODELS = /gpt-4o.*transcribe/i;

/**
 * What a second of audio costs these models of their limit of tokens. The provider does not say before the call; in
 * its answers a second is about 10 tokens of audio, and the text that is heard in it is small beside that.
 */
const TOKENS_PER_SECOND = 10;

/** Warm enough to leave a loop, cool enough to stay with the audio. */
const SECOND_TEMPERATURE = 0.4;

/** Speech-to-text by OpenAI's audio API, or any server that speaks it. */
export class OpenAiSpeechToText implements SpeechToText {
  readonly provider = PROVIDER;
  readonly model: string;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  readonly concurrency: number;
  /** Models that answer with bare text do not name the language. */
  readonly detectsLanguage: boolean;
  readonly chunks: ChunkPreference;
  readonly encoding: ChunkEncoding = { extension: 'mp3', sampleRate: 16_000, bitrateKbps: 48 };
  readonly note: string;
  private readonly keys: KeyRunner;
  private readonly clientOf: (key: string) => OpenAI;
  private readonly responseFormat: 'verbose_json' | 'json';
  /** False for models without times, and once the server has rejected the parameter. */
  private asksForWords: boolean;

  constructor(options: OpenAiSpeechToTextOptions) {
    this.model = options.model;
    this.concurrency = options.concurrency;
    this.chunks = { targetSeconds: 180, maxSeconds: 240, ...options.chunks };
    this.responseFormat = SEGMENT_MODELS.test(options.model) ? 'verbose_json' : 'json';
    this.detectsLanguage = this.responseFormat === 'verbose_json';
    this.asksForWords = this.responseFormat === 'verbose_json';
    this.parameters = {
      ...{ temperature: 0, responseFormat: this.responseFormat },
      ...(this.asksForWords && { wordTimes: true }),
    };
    this.note = `Transcribed by ${options.model}.`;
    this.keys = options.keys;
    this.clientOf = onePerKey(
      (apiKey) =>
        new OpenAI({
          apiKey,
          ...(options.baseUrl !== undefined && { baseURL: options.baseUrl }),
          timeout: options.timeoutMs,
          // The job queue retries; a second layer would retry its retries, and pay for them.
          maxRetries: 0,
          logLevel: 'off',
        }),
    );
  }

  transcribe(request: TranscriptionRequest, signal: AbortSignal): Promise<TranscriptionResult> {
    const tokens = TOKEN_MODELS.test(this.model) ? Math.ceil(request.durationSeconds * TOKENS_PER_SECOND) : 0;
    return this.keys.withKey(tokens, signal, (key) => this.call(this.clientOf(key), request, signal));
  }

  /** Asks for word times first. A server that rejects the parameter is asked again without it, now and from then on. */
  private async call(
    client: OpenAI,
    request: TranscriptionRequest,
    signal: AbortSignal,
  ): Promise<TranscriptionResult> {
    try {
      return await this.ask(client, request, this.asksForWords, signal).catch(async (error: unknown) => {
        if (!this.asksForWords || !mayRejectWordTimes(error)) throw error;
        const answer = await this.ask(client, request, false, signal);
        this.asksForWords = false;
        return answer;
      });
    } catch (error) {
      throw signal.aborted ? error : asProviderFailure(error);
    }
  }

  private async ask(
    client: OpenAI,
    request: TranscriptionRequest,
    forWords: boolean,
    signal: AbortSignal,
  ): Promise<TranscriptionResult> {
    const response = await client.audio.transcriptions
      .create(
        {
          file: createReadStream(request.file),
          model: this.model,
          response_format: this.responseFormat,
          temperature: (request.attempt ?? 0) > 0 ? SECOND_TEMPERATURE : 0,
          ...(forWords && { timestamp_granularities: ['word' as const, 'segment' as const] }),
          ...(request.language !== undefined && { language: request.language }),
          ...(request.promptContext !== '' && { prompt: request.promptContext }),
        },
        { signal },
      )
      .asResponse();
    const requestId = response.headers.get('x-request-id') ?? undefined;
    // The SDK's own parser rejects an answer for one NaN.
    const answer = readTranscription(parseLenientJson(await response.text()), request, requestId);
    return { ...answer, costUsd: this.costOf(request.durationSeconds), requestId };
  }

  private costOf(seconds: number): number | undefined {
    const perMinute = DOLLARS_PER_MINUTE[this.model];
    return perMinute === undefined ? undefined : (seconds / 60) * perMinute;
  }
}

/**
 * Servers of the same API that do not know word times: some name the parameter, in `param` or in their text; of others the SDK
 * tells only that there was an error.
 */
function mayRejectWordTimes(error: unknown): boolean {
  if (!(error instanceof APIError) || (error.status !== 400 && error.status !== 422)) return false;
  const { message, param, error: body } = error as APIError & { error: unknown };
  if (body === undefined) return true;
  return [message, param, JSON.stringify(body)].some((words) => words?.includes('timestamp_granularities'));
}

function asProviderFailure(error: unknown): Error {
  if (error instanceof ProviderFailure) return error;
  if (error instanceof APIConnectionTimeoutError) {
    return new ProviderFailure('timeout', 'openai: no answer in time', { provider: PROVIDER, cause: error });
  }
  if (error instanceof APIUserAbortError) return error;
  if (error instanceof APIError) {
    return failureOfHttp({
      provider: PROVIDER,
      status: typeof error.status === 'number' ? error.status : undefined,
      reason: error.code ?? error.type,
      headers: error.headers instanceof Headers ? error.headers : undefined,
      requestId: error.requestID ?? undefined,
      cause: error,
    });
  }
  // A 200 that does not hold JSON.
  if (isNativeError(error) && error.name === 'SyntaxError') {
    return new ProviderFailure('invalid_response', 'openai: the answer is not JSON', {
      provider: PROVIDER,
      cause: error,
    });
  }
  return new ProviderFailure('unavailable', 'openai: the connection was lost', {
    provider: PROVIDER,
    cause: error,
  });
}
