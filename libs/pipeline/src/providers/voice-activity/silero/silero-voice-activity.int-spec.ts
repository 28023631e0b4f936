import { INTERVIEW } from '@test/audio/audio';
import { describeWithSilero, sileroIn, sileroModels } from '@test/models/silero';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClockedPcm } from '../../media/ffmpeg/clocked-pcm';
import { findMediaPrograms } from '../../media/ffmpeg/programs';
import { chooseVoiceActivity } from '../choose';
import { VOICE_FRAME_SECONDS, VOICE_SAMPLE_RATE } from '../voice-activity';
import { SileroVoiceActivity } from './silero-voice-activity';

const never = new AbortController().signal;
const programs = findMediaPrograms({});
const interview = (): AsyncIterable<Buffer> =>
  new ClockedPcm(
    programs,
    { source: INTERVIEW, parts: [], track: 0, mix: [1], sampleRate: VOICE_SAMPLE_RATE, wallSeconds: 60 },
    never,
  );

describeWithSilero('Silero', () => {
  let silero: SileroVoiceActivity;
  beforeAll(async () => {
    silero = await SileroVoiceActivity.load(sileroIn(sileroModels ?? ''));
  });
  afterAll(() => silero.close());

  it('hears the turns of the interview and the pauses between them', async () => {
    const probabilities = await silero.detect(interview(), never);
    expect(probabilities.length * VOICE_FRAME_SECONDS).toBeCloseTo(79.5, 0);
    const speech = probabilities.filter((probability) => probability > 0.5).length / probabilities.length;
    expect(speech).toBeGreaterThan(0.6);
    expect(speech).toBeLessThan(0.95);
  });
  it('hears the same in two recordings at once as in one', async () => {
    const alone = await silero.detect(interview(), never);
    const [first, second] = await Promise.all([
      silero.detect(inPieces(interview(), 999), never),
      silero.detect(inPieces(interview(), 40_001), never),
    ]);
    expect(hashOf(first)).toBe(hashOf(alone));
    expect(hashOf(second)).toBe(hashOf(alone));
  });
  it('says how likely speech is in the last frame too, and nothing of nothing', async () => {
    const of = (bytes: number): Promise<Float32Array> => silero.detect(pieces(Buffer.alloc(bytes)), never);
    expect(await of(0)).toHaveLength(0);
    expect(await of(2)).toHaveLength(1);
    expect(await of(1024 * 3)).toHaveLength(3);
    expect(await of(1024 * 501)).toHaveLength(501);
  });
  it('ends with its signal', async () => {
    const stop = new AbortController();
    const listening = silero.detect(interview(), stop.signal);
    stop.abort(new Error('stopped'));
    await expect(listening).rejects.toThrow('stopped');
  });
});

describe('What finds speech', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vad-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const choose = (provider: 'auto' | 'silero' | 'loudness'): ReturnType<typeof chooseVoiceActivity> =>
    chooseVoiceActivity({ provider, silero: sileroIn(folder), onProgress: () => undefined });

  it('is loudness where the model cannot be had, and says why', async () => {
    const { voiceActivity, reason } = await choose('auto');
    expect(voiceActivity).toBeUndefined();
    expect(reason).toMatch(
      /^loudness stands in for voice activity, because the model silero-vad-v5 is not in .* and downloads are not allowed/,
    );
  });
  it('is loudness where the file is not the model', async () => {
    mkdirSync(join(folder, 'silero-vad-v5'));
    writeFileSync(join(folder, 'silero-vad-v5', 'silero_vad_v5.onnx'), 'not a model');
    expect((await choose('auto')).reason).toMatch(/because the model in .* cannot be loaded/);
  });
  it('is loudness where that is wanted', async () => {
    expect(await choose('loudness')).toEqual({ voiceActivity: undefined, reason: 'VOICE_ACTIVITY=loudness' });
  });
  it('fails where the model is asked for by name and is missing', async () => {
    await expect(choose('silero')).rejects.toMatchObject({ code: 'not_installed', provider: 'silero' });
  });
});

async function* pieces(...all: Buffer[]): AsyncIterable<Buffer> {
  yield* await Promise.resolve(all);
}

async function* inPieces(source: AsyncIterable<Buffer>, bytes: number): AsyncIterable<Buffer> {
  for await (const piece of source)
    for (let at = 0; at < piece.length; at += bytes) yield piece.subarray(at, at + bytes);
}

function hashOf(values: Float32Array): string {
  return createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');
}
