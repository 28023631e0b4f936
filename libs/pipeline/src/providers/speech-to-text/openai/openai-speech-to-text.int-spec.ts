import { FORMATS } from '@test/audio/audio';
import { Fault } from '@test/fake-provider';
import { FakeOpenAi, wordsOfAudio } from '@test/openai/fake-openai';
import { KeyRunner, singleKey } from '../../keys';
import { ProviderFailure } from '../../provider-failure';
import { OpenAiSpeechToText } from './openai-speech-to-text';

describe('OpenAI speech-to-text, by the real SDK against the fake', () => {
  const fake = new FakeOpenAi();
  let baseUrl: string;
  const request = { file: FORMATS.mp3(), durationSeconds: 10, language: undefined, promptContext: '' };
  const never = new AbortController().signal;

  beforeAll(async () => {
    baseUrl = `${await fake.start()}/v1`;
  });
  afterAll(() => fake.stop());

  const adapter = (model = 'whisper-1'): OpenAiSpeechToText =>
    new OpenAiSpeechToText({ keys: singleKey('sk-test'), baseUrl, model, concurrency: 1, timeoutMs: 2_000 });

  it('gives segments, language, usage, cost and request id', async () => {
    const result = await adapter().transcribe(request, never);
    const words = wordsOfAudio(fake.calls.at(-1)!.about);
    expect(result).toMatchObject({
      language: 'en',
      segments: [{ start: 0, end: 1.8, text: `The ${words.slice(0, 3).join(' ')}.` }, {}, {}],
      usage: { audioSeconds: 10 },
      costUsd: 0.001,
      requestId: 'req_fake',
    });
  });

  it('makes one segment of an answer without times, and knows no price it does not know', async () => {
    const result = await adapter('some-transcriber').transcribe(request, never);
    expect(result.segments).toMatchObject([{ start: 0, end: 10 }]);
    expect(result.costUsd).toBeUndefined();
  });

  it('asks for word times, and gives the words where the server does', async () => {
    const words = [
      { word: 'Good', start: 0.2, end: 0.6 },
      { word: 'morning', start: 0.7, end: 1.4 },
    ];
    const usual = fake.hear;
    fake.hear = () => [{ start: 0, end: 2, text: ' Good morning.', words }];
    const { segments } = await adapter().transcribe(request, never);
    fake.hear = usual;
    expect(fake.requests.at(-1)?.get('timestamp_granularities[]')).toBe('word,segment');
    expect(segments).toEqual([
      {
        ...{ start: 0, end: 2, text: 'Good morning.' },
        words: words.map(({ word, ...times }) => ({ ...times, text: word })),
      },
    ]);
  });

  it.each([
    ['OpenAI', 400, { error: { message: 'Unknown parameter', param: 'timestamp_granularities' } }],
    ['FastAPI', 422, { detail: [{ loc: ['body', 'timestamp_granularities[]'], msg: 'extra' }] }],
  ])(
    'does without word times from then on where the server rejects them: %s',
    async (_name, status, body) => {
      const recogniser = adapter();
      const before = fake.requests.length;
      fake.failNext({ kind: 'status', status, body });
      expect((await recogniser.transcribe(request, never)).segments).toHaveLength(3);
      expect((await recogniser.transcribe(request, never)).segments).toHaveLength(3);
      const asked = fake.requests.slice(before).map((fields) => fields.has('timestamp_granularities[]'));
      expect(asked).toEqual([true, false, false]);
    },
  );

  it('never asks a model without times for them', async () => {
    await adapter('gpt-4o-transcribe').transcribe(request, never);
    expect(fake.requests.at(-1)?.has('timestamp_granularities[]')).toBe(false);
  });

  it('holds times within the audio and drops empty segments', async () => {
    fake.hear = () => [
      { start: -1, end: 2, text: ' a ' },
      { start: 3, end: 4, text: '   ' },
      { start: 9, end: 99, text: 'b' },
    ];
    expect((await adapter().transcribe(request, never)).segments).toEqual([
      { start: 0, end: 2, text: 'a' },
      { start: 9, end: 10, text: 'b' },
    ]);
    fake.hear = () => [];
    expect((await adapter().transcribe(request, never)).segments).toEqual([]);
  });

  it.each<[string, Fault, Partial<ProviderFailure>]>([
    ['a wrong key', { kind: 'status', status: 401 }, { code: 'unauthorised', permanent: true }],
    [
      'no credit',
      { kind: 'status', status: 429, body: { error: { code: 'insufficient_quota', message: 'x' } } },
      { code: 'quota_exhausted', permanent: true },
    ],
    [
      'too many requests',
      { kind: 'status', status: 429, headers: { 'retry-after': '7' } },
      { code: 'rate_limited', retryAfterMs: 7_000, permanent: false },
    ],
    [
      'a fault of theirs',
      { kind: 'status', status: 500 },
      { code: 'unavailable', permanent: false, requestId: 'req_fake' },
    ],
    ['an audio that they refuse', { kind: 'status', status: 400 }, { code: 'rejected', permanent: true }],
    ['a cut connection', { kind: 'cut' }, { code: 'unavailable', permanent: false }],
    ['no JSON', { kind: 'answer', body: '<html>' }, { code: 'invalid_response', permanent: false }],
    ['another JSON', { kind: 'answer', body: '{"text":7}' }, { code: 'invalid_response', permanent: false }],
  ])('tells %s', async (_what, fault, expected) => {
    fake.failNext(fault);
    const failure: unknown = await adapter()
      .transcribe(request, never)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProviderFailure);
    expect(failure).toMatchObject({ provider: 'openai', ...expected });
    expect((failure as Error).message).not.toContain('sk-test');
  });

  it('counts tokens only for models that are limited by them', async () => {
    const counted: number[] = [];
    const keys: KeyRunner = {
      ...singleKey('sk-other'),
      withKey: (tokens, _signal, call) => {
        counted.push(tokens);
        return call('sk-other');
      },
    };
    for (const model of ['whisper-1', 'gpt-4o-mini-transcribe']) {
      const options = { keys, baseUrl, model, concurrency: 1, timeoutMs: 2_000 };
      await new OpenAiSpeechToText(options).transcribe(request, never);
    }
    expect(counted).toEqual([0, 100]);
    expect(fake.calls.at(-1)?.key).toBe('sk-other');
  });

  it('asks once: retries belong to the queue', async () => {
    const before = fake.calls.length;
    fake.failNext({ kind: 'status', status: 500 });
    await expect(adapter().transcribe(request, never)).rejects.toThrow();
    expect(fake.calls.length - before).toBe(1);
  });

  it('ends when it is aborted', async () => {
    fake.failNext({ kind: 'hang' });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    await expect(adapter().transcribe(request, abort.signal)).rejects.not.toBeInstanceOf(ProviderFailure);
  });
});
