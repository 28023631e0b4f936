import { INTERVIEW } from '@test/audio/audio';
import { sileroIn, sileroModels } from '@test/models/silero';
import { sharedFolder } from '@test/shared';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SileroVoiceActivity, VOICE_SAMPLE_RATE } from '../voice-activity';
import { cutSpans } from './cut-points';
import { ClockedPcm } from './ffmpeg/clocked-pcm';
import { findMediaPrograms } from './ffmpeg/programs';
import { listen } from './listen';
import { Stretch } from '../../stretch';
import { SoundMap, soundMapOf } from './sound-map';

const programs = findMediaPrograms({});
const evaluation = sharedFolder('speech-eval');
/** Turns are labelled to a tenth of a second, and end with the breath after the last word. */
const LABEL_SECONDS = 0.25;

function overlap(a: Stretch, b: Stretch): number {
  return Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start));
}

describe.each([
  ['voice activity', sileroModels],
  ['loudness alone', null],
] as const)('By %s', (_name, models) => {
  const test = models === undefined ? it.skip : it;
  const recordings = ['interview-russian', 'meeting-two-voices', 'meeting-three-voices'];
  const testRecording = evaluation === undefined || models === undefined ? it.skip : it;
  let silero: SileroVoiceActivity | undefined;

  beforeAll(async () => {
    if (models) silero = await SileroVoiceActivity.load(sileroIn(models));
  });
  afterAll(() => silero?.close());

  async function mapOf(file: string): Promise<SoundMap> {
    const { signal } = new AbortController();
    const request = { source: file, parts: [], track: 0, mix: [1], sampleRate: VOICE_SAMPLE_RATE };
    const samples = new ClockedPcm(programs, { ...request, wallSeconds: 60 }, signal);
    return soundMapOf(await listen(samples, silero, signal));
  }

  test('the interview has fifteen turns', async () => {
    const { speech, silences } = await mapOf(INTERVIEW);
    expect(speech).toHaveLength(15);
    expect(silences.length).toBeGreaterThanOrEqual(14);
  });

  testRecording.each(recordings)(
    'every turn of %s is heard, and the pauses between them are',
    async (name) => {
      const turns = (
        JSON.parse(readFileSync(join(evaluation ?? '', `${name}.json`), 'utf8')) as { turns: Stretch[] }
      ).turns;
      const map = await mapOf(join(evaluation ?? '', `${name}.mp3`));
      for (const turn of turns) {
        const silent = map.silences
          .filter(({ start, end }) => end - start >= 1)
          .map((silence) => overlap(turn, silence));
        expect(Math.max(0, ...silent)).toBeLessThan(LABEL_SECONDS);
        const heard = map.speech.reduce((sum, stretch) => sum + overlap(turn, stretch), 0);
        expect(heard).toBeGreaterThan((turn.end - turn.start) / 2);
      }
      const pauses = turns
        .slice(1)
        .map(({ start }, index) => ({ start: turns[index]?.end ?? 0, end: start }));
      for (const pause of pauses.filter(({ start, end }) => end - start >= 0.3)) {
        expect(map.silences.some((silence) => overlap(pause, silence) > 0)).toBe(true);
      }
      const spans = cutSpans(map, { targetSeconds: 120, maxSeconds: 180 });
      expect(spans.every(({ overlapSeconds }) => overlapSeconds === 0)).toBe(true);
    },
  );
});
