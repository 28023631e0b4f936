import { parseExposition, Sample, samplesOf, sumOf } from '@test/metrics/exposition';
import { Embedder, LanguageModel, ProviderFailure, SpeechToText } from '@voxpersona/pipeline';
import { Registry } from 'prom-client';
import { measureAdapters } from './measure-adapters';

const signal = new AbortController().signal;
const heard = { file: '/tmp/secret-name.mp3', durationSeconds: 3, language: 'en', promptContext: 'Ann' };
const calls = 'voxpersona_provider_call_duration_seconds_count';

describe('Measured providers', () => {
  const registry = new Registry();
  const transcribe = jest.fn();
  const write = jest.fn();
  const embed = jest.fn();
  const inner = {
    speechToText: {
      provider: 'openai',
      model: 'whisper-1',
      parameters: { temperature: 0 },
      concurrency: 3,
      detectsLanguage: true,
      chunks: { targetSeconds: 1, maxSeconds: 2 },
      encoding: { extension: 'mp3', sampleRate: 16_000 },
      note: 'n',
      transcribe,
    } satisfies SpeechToText,
    languageModel: {
      provider: 'anthropic',
      model: 'claude',
      parameters: {},
      concurrency: 2,
      note: 'm',
      write,
    } satisfies LanguageModel,
    embedder: {
      identity: { provider: 'hashing', model: 'v1', dimension: 2 },
      minSimilarity: 0.1,
      embed,
    } satisfies Embedder,
    openEmbedder: jest.fn().mockResolvedValue(undefined),
  };
  const measured = measureAdapters(inner, registry);

  async function samples(): Promise<Sample[]> {
    return parseExposition(await registry.metrics());
  }

  it('are what they measure, to everybody else', async () => {
    expect(measured.speechToText).toMatchObject({ ...inner.speechToText, transcribe: expect.any(Function) });
    expect(measured.languageModel).toMatchObject({ ...inner.languageModel, write: expect.any(Function) });
    expect(measured.embedder).toMatchObject({ ...inner.embedder, embed: expect.any(Function) });
    expect(await measured.openEmbedder(inner.embedder.identity)).toBeUndefined();
  });

  it('count what answers used and cost', async () => {
    const answer = {
      language: 'en',
      segments: [],
      usage: { audioSeconds: 3, inputTokens: 5 },
      costUsd: 0.25,
      requestId: 'req_secret',
    };
    transcribe.mockResolvedValue(answer);
    expect(await measured.speechToText.transcribe(heard, signal)).toBe(answer);
    expect(transcribe).toHaveBeenCalledWith(heard, signal);
    transcribe.mockResolvedValueOnce({ ...answer, costUsd: undefined });
    await measured.speechToText.transcribe(heard, signal);
    const all = await samples();
    const labels = { kind: 'speech-to-text', provider: 'openai', model: 'whisper-1' };
    expect(sumOf(all, calls, { ...labels, outcome: 'ok' })).toBe(2);
    expect(sumOf(all, 'voxpersona_provider_audio_seconds_total', labels)).toBe(6);
    expect(sumOf(all, 'voxpersona_provider_tokens_total', { ...labels, direction: 'in' })).toBe(10);
    expect(samplesOf(all, 'voxpersona_provider_tokens_total', { direction: 'out' })).toEqual([]);
    expect(sumOf(all, 'voxpersona_provider_cost_usd_total', labels)).toBe(0.25);
    expect(sumOf(all, 'voxpersona_provider_calls_of_unknown_price_total', labels)).toBe(1);
  });

  it('tell how calls fail', async () => {
    const aborted = AbortSignal.abort();
    const request = { reportType: 's', part: 'p', transcript: [] } as unknown as Parameters<
      LanguageModel['write']
    >[0];
    const failure = (called: boolean): ProviderFailure =>
      new ProviderFailure('rate_limited', 'words of the provider', { provider: 'anthropic', called });
    for (const [error, given, outcome] of [
      [failure(true), signal, 'rate_limited'],
      [failure(false), signal, 'held_back'],
      [new Error('aborted'), aborted, 'aborted'],
      [new Error('unforeseen'), signal, 'error'],
    ] as const) {
      write.mockRejectedValueOnce(error);
      await expect(measured.languageModel.write(request, given)).rejects.toBe(error);
      expect(sumOf(await samples(), calls, { kind: 'language-model', outcome })).toBe(1);
    }
  });

  it('put no words, names or ids into labels', async () => {
    embed.mockResolvedValueOnce([new Float32Array(2)]);
    await measured.embedder.embed(['what was said']);
    expect(sumOf(await samples(), calls, { kind: 'embeddings', model: 'v1', outcome: 'ok' })).toBe(1);
    const page = await registry.metrics();
    for (const secret of ['secret', 'Ann', 'said', 'words', 'unforeseen'])
      expect(page).not.toMatch(new RegExp(`"[^"]*${secret}[^"]*"`));
  });
});
