import { retryAfterMs } from './http-failure';
import { singleKey } from './keys';
import { chooseLanguageModel } from './language-model';
import { chooseSpeechToText, NoSpeechToText } from './speech-to-text';
import { languageCode } from './speech-to-text/answer/language-code';

const openai = { keys: undefined, baseUrl: undefined, model: 'whisper-1', concurrency: 1, timeoutMs: 1 };
const whisperLocal = {
  model: 'none/such',
  revision: 'main',
  quantized: true,
  modelsFolder: '/nowhere',
  hubUrl: undefined,
  allowDownload: false,
};
const others = { whisperLocal, chunks: {}, onProgress: () => undefined };
const anthropic = { keys: undefined, baseUrl: undefined, model: undefined, concurrency: 1, timeoutMs: 1 };

describe('Choosing providers', () => {
  const path = process.env.PATH;
  afterEach(() => {
    process.env.PATH = path;
  });

  it('auto takes OpenAI with a key, and says why', async () => {
    const { provider, reason } = await chooseSpeechToText({
      ...others,
      provider: 'auto',
      openai: { ...openai, keys: singleKey('k') },
    });
    expect([provider.provider, reason]).toEqual(['openai', 'OPENAI_API_KEY is set']);
  });
  it('says what to do where nothing can work', async () => {
    process.env.PATH = '/nowhere';
    for (const provider of ['auto', 'openai', 'whisper-local', 'pocketsphinx'] as const) {
      const chosen = chooseSpeechToText({ ...others, provider, openai });
      await expect(chosen).rejects.toBeInstanceOf(NoSpeechToText);
    }
  });
  it('lets the operator set the length of chunks', async () => {
    const chunks = { targetSeconds: 10 };
    const { provider } = await chooseSpeechToText({
      ...others,
      provider: 'auto',
      openai: { ...openai, keys: singleKey('k') },
      chunks,
    });
    expect(provider.chunks).toEqual({ targetSeconds: 10, maxSeconds: 240 });
  });
  it('takes the extractive method without a key for a language model', () => {
    expect(chooseLanguageModel({ provider: 'auto', anthropic })).toMatchObject({
      model: { provider: 'extractive' },
      reason: 'ANTHROPIC_API_KEY is not set',
    });
    const chosen = chooseLanguageModel({
      provider: 'auto',
      anthropic: { ...anthropic, keys: singleKey('k') },
    });
    expect(chosen.model).toMatchObject({ provider: 'anthropic', model: 'claude-sonnet-5-5' });
  });
});

it('reads Retry-After in seconds, as a date and in milliseconds', () => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  const after = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), now);
  expect(after({ 'retry-after': '3' })).toBe(3_000);
  expect(after({ 'retry-after': 'Tue, 24 Nov 2026 12:00:05 GMT' })).toBe(5_000);
  expect(after({ 'retry-after-ms': '250', 'retry-after': '9' })).toBe(250);
  expect(after({ 'retry-after': 'soon' })).toBeUndefined();
  expect(after({})).toBeUndefined();
});

it('turns names of languages to codes', () => {
  expect(['english', 'Russian', 'de', 'klingon', ''].map(languageCode)).toEqual([
    'en',
    'ru',
    'de',
    undefined,
    undefined,
  ]);
});
