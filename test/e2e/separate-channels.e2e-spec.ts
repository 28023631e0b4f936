import { answerTones, hearChunk, toneAnswer } from '@test/openai/tone-answers';
import { isFinished, TestAnswer, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { post } from '@test/server/workspace-fixture';
import {
  matchWords,
  SaidLine,
  synthesise,
  synthesiseCall,
  TimedWord,
  wavFile,
  wordsOfLines,
  worstTimeError,
} from '@test/tones';
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SECONDS = 45;
const ACCURACY = 0.2;
const { sides } = synthesiseCall(SECONDS);
const SEPARATE = { requested: 'separate', used: 'separate', mixedBecause: null };
const MIXED = { requested: 'mixed', used: 'mixed', mixedBecause: null };

interface Transcript {
  lines: SaidLine[];
  gaps: { start: number; end: number; code: string; channel: number | null }[];
}

describe('a recording with a channel for each speaker', () => {
  let world: ServerWithFakes;
  let server: TestServer;
  let folder: string;
  /** Every test has audio of its own: the same audio would be the same recording. */
  let seed = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'calls-'));
    const env = { CHUNK_TARGET_SECONDS: '20', CHUNK_MAX_SECONDS: '28', JOB_MAX_ATTEMPTS: '2' };
    world = await serverWithFakes({ env });
    ({ server } = world);
    await server.start();
  });
  beforeEach(() => {
    world.openai.respond = answerTones();
  });
  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  const saved = (...channels: Float32Array[]): string => {
    const path = join(folder, `${(seed += 1)}.wav`);
    writeFileSync(path, wavFile(channels));
    return path;
  };
  const call = (): string => saved(...synthesiseCall(SECONDS, (seed += 1)).channels);
  const noise = (): Float32Array => synthesise({ seconds: SECONDS, words: [], seed: (seed += 1) });
  const finished = async (file: string, fields: Record<string, string>): Promise<string> => {
    const id = await server.uploaded(file, { reports: '', ...fields });
    await server.recordingUntil(id, isFinished);
    return id;
  };
  const recordingOf = (id: string) => server.get<object>(`/v1/recordings/${id}`);
  const transcriptOf = (id: string) => server.get<Transcript>(`/v1/recordings/${id}/transcript`);
  const expectWords = (lines: readonly SaidLine[], expected: readonly TimedWord[]): void => {
    const { words, strange } = wordsOfLines(lines);
    const match = matchWords(expected, words);
    expect([match.lost, match.extra, strange]).toEqual([[], [], []]);
    expect(worstTimeError(match)).toBeLessThan(ACCURACY);
  };
  /** Every word of both sides once, at its time, under its speaker, and all lines in order of time. */
  const expectBothSides = ({ lines, gaps }: Transcript): void => {
    expect(gaps).toEqual([]);
    expect(new Set(lines.map(({ speaker }) => speaker))).toEqual(new Set(['Channel 1', 'Channel 2']));
    sides.forEach((words, side) =>
      expectWords(
        lines.filter(({ speaker }) => speaker === `Channel ${side + 1}`),
        words,
      ),
    );
    expect(lines.map(({ start }) => start)).toEqual(lines.map(({ start }) => start).sort((a, b) => a - b));
  };
  const expectProblem = ({ status, body }: TestAnswer, about: string): void => {
    expect(body).toMatchObject({ type: 'urn:voxpersona:problem:invalid-request' });
    expect(JSON.stringify(body)).toContain(about);
    expect(status).toBe(400);
  };
  const changeWorkspace = (change: object): Promise<TestAnswer> =>
    server.request('/v1/workspace', {
      ...{ method: 'PATCH', body: JSON.stringify(change) },
      headers: { 'content-type': 'application/json' },
    });

  it('has every word under its speaker, in every form of the transcript', async () => {
    const id = await finished(call(), { channels: 'separate' });
    expect(await recordingOf(id)).toMatchObject({ status: 'ready', channels: SEPARATE, gaps: [] });
    expectBothSides(await transcriptOf(id));
    for (const format of ['text', 'srt', 'vtt']) {
      const { text } = await server.request(`/v1/recordings/${id}/transcript?format=${format}`);
      expect(text.match(/Channel 1: /g)?.length).toBeGreaterThanOrEqual(1);
      expect(text.match(/Channel 2: /g)?.length).toBeGreaterThanOrEqual(1);
    }
  });

  it('is mixed by default', async () => {
    const id = await finished(call(), {});
    expect(await recordingOf(id)).toMatchObject({ channels: MIXED });
    const { lines } = await transcriptOf(id);
    expect(new Set(lines.map(({ speaker }) => speaker))).toEqual(new Set([null]));
  });

  it('is refused where nobody can tell what is meant', async () => {
    expectProblem(await server.upload(call(), { channels: 'seperate' }), 'channels');
    const wrong = { channels: 'left' };
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(wrong);
    expectProblem(await server.request('/v1/upload-links', { method: 'POST', body, headers }), 'channels');
    expectProblem(await changeWorkspace(wrong), 'channels');
    expectProblem(await changeWorkspace({}), 'name');
  });

  it('is mixed, and says why, where the file has one channel only', async () => {
    const [first] = synthesiseCall(SECONDS, (seed += 1)).channels;
    const id = await finished(saved(first), { channels: 'separate' });
    const channels = { requested: 'separate', used: 'mixed', mixedBecause: 'one_channel' };
    expect(await recordingOf(id)).toMatchObject({ status: 'ready', channels });
    const { lines } = await transcriptOf(id);
    expectWords(lines, sides[0]);
    expect(lines.every(({ speaker }) => speaker === null)).toBe(true);
  });

  it('comes by an upload link, which fixes how its channels are transcribed', async () => {
    const { url } = await post<{ url: string }>(server, server.key, '/v1/upload-links', {
      ...{ channels: 'separate', reports: [] },
    });
    const body = new FormData();
    body.set('file', await openAsBlob(call()), 'call.wav');
    const headers = { authorization: `Upload ${url.split('#')[1]}` };
    const sent = await server.request('/v1/upload-links/use', { method: 'POST', key: null, body, headers });
    expect(sent.status).toBe(202);
    const { id, position } = sent.body as { id: string; position: string };
    await server.get(`/v1/recordings/${id}?after=${position}`);
    await server.recordingUntil(id, isFinished);
    expect(await recordingOf(id)).toMatchObject({ channels: SEPARATE });
    expectBothSides(await transcriptOf(id));
  });

  it('is transcribed as its workspace has it, where the upload does not say', async () => {
    expect(await server.get<object>('/v1/workspace')).toMatchObject({ channels: 'mixed' });
    expect((await changeWorkspace({ channels: 'separate' })).status).toBe(200);
    try {
      expect(await server.get<object>('/v1/workspace')).toMatchObject({ channels: 'separate' });
      const byDefault = await finished(call(), {});
      expect(await recordingOf(byDefault)).toMatchObject({ channels: SEPARATE });
      expectBothSides(await transcriptOf(byDefault));
      const otherwise = await finished(call(), { channels: 'mixed' });
      expect(await recordingOf(otherwise)).toMatchObject({ channels: MIXED });
    } finally {
      await changeWorkspace({ channels: 'mixed' });
    }
  });

  it('is without speech only where nobody speaks on any channel', async () => {
    const [, second] = synthesiseCall(SECONDS, (seed += 1)).channels;
    const oneSided = await finished(saved(noise(), second), { channels: 'separate' });
    expect(await recordingOf(oneSided)).toMatchObject({ status: 'ready', channels: SEPARATE, gaps: [] });
    const { lines } = await transcriptOf(oneSided);
    expectWords(lines, sides[1]);
    expect(new Set(lines.map(({ speaker }) => speaker))).toEqual(new Set(['Channel 2']));
    const silent = await finished(saved(noise(), noise()), { channels: 'separate' });
    expect(await recordingOf(silent)).toMatchObject({ status: 'no_speech', channels: SEPARATE });
  });

  it('names the channel of a gap, and is complete after a retry', async () => {
    const words = new Set(sides[1].map(({ word }) => word));
    world.openai.respond = async (audio, fields) => {
      const heard = await hearChunk(audio, fields);
      if (heard.words.some(({ word }) => words.has(word))) throw new Error('This channel is not understood');
      return toneAnswer(heard, {});
    };
    const id = await finished(call(), { channels: 'separate' });
    const partial = await transcriptOf(id);
    expectWords(partial.lines, sides[0]);
    expect(partial.gaps.length).toBeGreaterThan(0);
    expect(partial.gaps.every(({ channel }) => channel === 2)).toBe(true);
    const text = await server.request(`/v1/recordings/${id}/transcript?format=text`);
    expect(text.text).toContain('Channel 2: [not transcribed: ');
    world.openai.respond = answerTones();
    const { position } = await post<{ position: string }>(
      ...([server, server.key, `/v1/recordings/${id}/retry`, {}] as const),
    );
    await server.get(`/v1/recordings/${id}?after=${position}`);
    await server.recordingUntil(id, isFinished);
    expectBothSides(await transcriptOf(id));
  });

  it('keeps its channels when it is transcribed again', async () => {
    const id = await finished(call(), { channels: 'separate' });
    const { position } = await post<{ position: string }>(
      ...([server, server.key, `/v1/recordings/${id}/retranscribe`, { language: 'en' }] as const),
    );
    await server.get(`/v1/recordings/${id}?after=${position}`);
    await server.recordingUntil(id, isFinished);
    expect(await recordingOf(id)).toMatchObject({ transcript: { version: 2 }, channels: SEPARATE });
    expectBothSides(await transcriptOf(id));
  });
});
