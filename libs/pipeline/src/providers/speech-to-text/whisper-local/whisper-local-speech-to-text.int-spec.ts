import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeHub } from '@test/onnx/fake-hub';
import { SAID, writeTinyWhisperModel } from '@test/onnx/tiny-whisper-model';
import { sound, wavFile } from '@test/onnx/wav';
import { TranscriptionRequest, TranscriptionResult } from '../speech-to-text';
import { WhisperLocalOptions, WhisperLocalSpeechToText } from './whisper-local-speech-to-text';

describe('Whisper on this machine', () => {
  const root = mkdtempSync(join(tmpdir(), 'vox-whisper-'));
  const options: WhisperLocalOptions = {
    model: 'tiny/whisper',
    revision: 'main',
    quantized: false,
    modelsFolder: root,
    hubUrl: undefined,
    allowDownload: false,
  };
  let whisper: WhisperLocalSpeechToText;

  function hear(
    seconds: number,
    wanted: Partial<TranscriptionRequest> & { loud?: boolean } = {},
    by = whisper,
    signal = new AbortController().signal,
  ): Promise<TranscriptionResult> {
    const { loud = false, ...request } = wanted;
    const file = join(root, 'chunk.wav');
    writeFileSync(file, wavFile(sound(seconds, loud)));
    const asked = { file, durationSeconds: seconds, language: undefined, promptContext: '', ...request };
    return by.transcribe(asked, signal);
  }

  beforeAll(async () => {
    writeTinyWhisperModel(join(root, 'tiny/whisper'));
    whisper = await WhisperLocalSpeechToText.load(options);
  });
  afterAll(async () => {
    await whisper.close();
    rmSync(root, { recursive: true });
  });

  it('gives the words with their times', async () => {
    expect(await hear(10, { language: 'en' })).toEqual({
      language: 'en',
      segments: SAID.en,
      usage: { audioSeconds: 10 },
      costUsd: 0,
      requestId: undefined,
    });
  });
  it('asks for short WAV chunks at 16 kHz, one at a time', async () => {
    expect(whisper).toMatchObject({
      provider: 'whisper-local',
      concurrency: 1,
      detectsLanguage: true,
      chunks: { targetSeconds: 120, maxSeconds: 180 },
      encoding: { extension: 'wav', sampleRate: 16_000 },
    });
    expect(whisper.model).toMatch(/^tiny\/whisper@main#[0-9a-f]{12}$/);
    const own = await WhisperLocalSpeechToText.load({ ...options, chunks: { targetSeconds: 60 } });
    expect(own.chunks).toEqual({ targetSeconds: 60, maxSeconds: 180 });
    await own.close();
  });
  it('holds times within the audio', async () => {
    const { segments } = await hear(8, { language: 'en' });
    expect(segments.at(-1)).toEqual({ start: 6, end: 8, text: 'The room is clean.' });
  });
  it('detects the language', async () => {
    expect(await hear(10)).toMatchObject({ language: 'en', segments: SAID.en });
    expect(await hear(10, { loud: true })).toMatchObject({ language: 'ru', segments: SAID.ru });
  });
  it('keeps to the language that is given', async () => {
    expect(await hear(10, { language: 'ru' })).toMatchObject({ language: 'ru', segments: SAID.ru });
    expect(await hear(10, { loud: true, language: 'en' })).toMatchObject({
      language: 'en',
      segments: SAID.en,
    });
  });
  it('hears audio that is longer than its window', async () => {
    const { segments } = await hear(70);
    expect(segments.length).toBeGreaterThan(SAID.en.length);
    for (const [index, { start, end }] of segments.entries()) {
      expect(start).toBeGreaterThanOrEqual(segments[index - 1]?.start ?? 0);
      expect(end).toBeLessThanOrEqual(70);
    }
    expect(segments.at(-1)!.start).toBeGreaterThan(30);
  });
  it('still gives the words when it varies them on another try', async () => {
    const { segments } = await hear(10, { language: 'en', attempt: 1 });
    expect(segments[0]?.text).toMatch(/^(Good morning\.|Доброе утро\.)$/);
  });
  it('gives no text for a chunk without a sample', async () => {
    expect(await hear(0)).toMatchObject({ language: undefined, segments: [] });
  });
  it('refuses a language that it does not know', async () => {
    await expect(hear(10, { language: 'fr' })).rejects.toMatchObject({
      code: 'rejected',
      provider: 'whisper-local',
    });
  });
  it('says when the chunk cannot be read', async () => {
    await expect(hear(1, { file: join(root, 'tiny/whisper/config.json') })).rejects.toMatchObject({
      code: 'unreadable_media',
    });
    await expect(hear(1, { file: join(root, 'none.wav') })).rejects.toMatchObject({ code: 'unavailable' });
  });
  it('stops when it is told to, and hears the next', async () => {
    const abort = new AbortController();
    const reason = new Error('no longer wanted');
    const given = hear(180, {}, whisper, abort.signal);
    setTimeout(() => abort.abort(reason), 100);
    await expect(given).rejects.toBe(reason);
    const begun = Date.now();
    expect((await hear(10)).segments).toEqual(SAID.en);
    expect(Date.now() - begun).toBeLessThan(10_000);
  });
  it('does not name a language when it knows English only', async () => {
    writeTinyWhisperModel(join(root, 'tiny/whisper.en'), { multilingual: false });
    const english = await WhisperLocalSpeechToText.load({ ...options, model: 'tiny/whisper.en' });
    expect(english.detectsLanguage).toBe(false);
    expect(await hear(10, { loud: true }, english)).toMatchObject({ language: undefined, segments: SAID.en });
    expect(await hear(10, { language: 'en' }, english)).toMatchObject({ language: 'en', segments: SAID.en });
    await expect(hear(10, { language: 'ru' }, english)).rejects.toMatchObject({ code: 'rejected' });
    await english.close();
  });
  it('comes from the hub', async () => {
    const hub = new FakeHub(join(root, 'tiny/whisper'), 'Xenova/whisper-base', 'v1');
    const far = {
      ...options,
      model: undefined,
      revision: 'v1',
      allowDownload: true,
      hubUrl: await hub.start(),
    };
    const downloaded = await WhisperLocalSpeechToText.load(far);
    expect(downloaded.model.slice(0, 23)).toBe('Xenova/whisper-base@v1#');
    expect(hub.asked).toHaveLength(7);
    expect((await hear(10, {}, downloaded)).segments).toEqual(SAID.en);
    await downloaded.close();
    await hub.stop();
  });
});
