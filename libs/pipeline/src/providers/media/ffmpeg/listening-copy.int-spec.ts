import { picture, Studio } from '@test/hearing/studio';
import {
  decodeMono,
  HEARING_RATE,
  hearAudio,
  matchWords,
  shifted,
  TimedWord,
  worstTimeError,
} from '@test/tones';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ListeningCopy, Timeline, TIMELINE_OF_SAMPLES } from '../media';
import { Peaks } from '../peaks';
import { timelineOfListeningCopy } from '../recorded-timeline';
import { FfmpegMedia } from './ffmpeg-media';
import { findMediaPrograms } from './programs';

const SECONDS = 70;
const LATE_SECONDS = 10;
/** Seconds that a time of the copy may differ from the same time of the transcript. */
const ACCURACY = 0.05;
const never = new AbortController().signal;
// The packaged ffmpeg makes copies in test/e2e/listening-copy.
const programs = findMediaPrograms({});

let studio: Studio;
beforeAll(() => {
  studio = new Studio(SECONDS);
});
afterAll(() => studio.close());

const between = (from: number, to: number): TimedWord[] =>
  studio.words.filter(({ start, end }) => start >= from && end <= to);

const lateFile = async (name: string): Promise<string> =>
  studio.ffmpeg(
    name,
    ...[...picture(SECONDS + LATE_SECONDS), '-itsoffset', String(LATE_SECONDS), '-i', await studio.base()],
    ...['-map', '0:v', '-map', '1:a', '-c:a', 'flac'],
  );

interface Case {
  make: () => Promise<string>;
  words: () => readonly TimedWord[];
  /** Default: that of the split. */
  timeline?: Timeline;
}

const CASES: Record<string, Case> = {
  'a file': { make: () => studio.base(), words: () => studio.words },
  'a file with a late start': {
    make: () => lateFile('late.mkv'),
    words: () => shifted(studio.words, LATE_SECONDS),
  },
  'a file with lost packets': {
    make: async () =>
      studio.ffmpeg(
        'gap.webm',
        ...['-i', await studio.base(), '-af', "aselect='not(between(t,20.7,33.7))'", '-c:a', 'libopus'],
      ),
    words: () => [...between(0, 20.7), ...between(33.7, SECONDS)],
  },
  // Its transcript leaves out the late start, and so does its copy.
  'a recording that was split before there were timelines': {
    make: () => lateFile('old.mkv'),
    words: () => studio.words,
    timeline: TIMELINE_OF_SAMPLES,
  },
};

describe('A listening copy', () => {
  const media = new FfmpegMedia(programs);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'listening-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const timelineOf = async (file: string): Promise<Timeline> => {
    const preference = { targetSeconds: 20, maxSeconds: 28 };
    const encoding = { extension: 'wav' as const, sampleRate: 16_000 };
    return (await media.split({ file, outputFolder: folder, preference, encoding }, never)).timeline;
  };
  const copyOf = async (file: string, timeline?: Timeline): Promise<ListeningCopy> =>
    media.makeListeningCopy(
      { file, outputFolder: folder, timeline: timeline ?? (await timelineOf(file)) },
      never,
    );

  it.each(Object.keys(CASES))('of %s keeps the clock of the transcript', async (name) => {
    const { make, words, timeline } = CASES[name]!;
    const copy = await copyOf(await make(), timeline);
    const bytes = readFileSync(copy.audio.file);
    const heard = matchWords(words(), await hearAudio(bytes));
    expect(heard).toMatchObject({ lost: [], extra: [] });
    expect(worstTimeError(heard)).toBeLessThan(ACCURACY);
    const decodedSeconds = (await decodeMono(bytes)).length / HEARING_RATE;
    expect(Math.abs(decodedSeconds - copy.durationSeconds)).toBeLessThan(ACCURACY);

    // A clip of it holds the same words at the same times.
    const word = words()[Math.floor(words().length * 0.7)]!;
    const clip = await media.clip(
      copy.audio.file,
      {
        ...{ start: word.start - 0.5, end: word.end + 0.5, format: 'wav' },
        timeline: timelineOfListeningCopy(copy.durationSeconds),
      },
      never,
    );
    const inClip = await hearAudio(await buffer(clip));
    expect(inClip.map((one) => one.word)).toEqual([word.word]);
    expect(Math.abs(inClip[0]!.start - 0.5)).toBeLessThan(ACCURACY);
  });

  it('is what browsers play, with its index in front', async () => {
    const { audio, engine } = await copyOf(await studio.base());
    const entries = 'stream=codec_name,profile,channels,sample_rate:format=format_name,bit_rate,duration';
    const shown = execFileSync(
      programs.ffprobe,
      ['-v', 'error', '-show_entries', entries, '-of', 'json', audio.file],
      { encoding: 'utf8' },
    );
    const { streams, format } = JSON.parse(shown) as { streams: object[]; format: Record<string, string> };
    expect(streams).toEqual([
      expect.objectContaining({ codec_name: 'aac', profile: 'LC', channels: 1, sample_rate: '48000' }),
    ]);
    expect(format.format_name).toContain('mp4');
    expect(Number(format.duration)).toBeCloseTo(SECONDS, 1);
    expect(Number(format.bit_rate)).toBeLessThan(80_000);
    const bytes = readFileSync(audio.file);
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    expect(engine).toBe(programs.engine);
  });

  it('comes with a waveform that shows where there is sound', async () => {
    const { peaks, durationSeconds } = await copyOf(await studio.base());
    const waveform = JSON.parse(readFileSync(peaks.file, 'utf8')) as Peaks;
    expect(waveform).toMatchObject({ version: 2, channels: 1, bits: 8, sample_rate: 48_000 });
    const secondsPerPoint = waveform.samples_per_pixel / waveform.sample_rate;
    expect(waveform.length * secondsPerPoint).toBeCloseTo(durationSeconds, 0);
    expect(waveform.data).toHaveLength(waveform.length * 2);
    const heightAt = (seconds: number): number => {
      const point = Math.floor(seconds / secondsPerPoint);
      return waveform.data[point * 2 + 1]! - waveform.data[point * 2]!;
    };
    for (const { start, end } of studio.words) {
      expect(heightAt((start + end) / 2)).toBeGreaterThan(40);
      expect(heightAt(end + 0.5)).toBeLessThan(4);
    }
  });

  it('ends with its signal', async () => {
    const file = await studio.base();
    const timeline = await timelineOf(file);
    const signal = AbortSignal.abort(new Error('called off'));
    await expect(media.makeListeningCopy({ file, outputFolder: folder, timeline }, signal)).rejects.toThrow(
      'called off',
    );
  });

  it('of what cannot be read is a failure', async () => {
    const file = await studio.save('page.mp3', Buffer.from('<html></html>'));
    const timeline = TIMELINE_OF_SAMPLES;
    await expect(
      media.makeListeningCopy({ file, outputFolder: folder, timeline }, never),
    ).rejects.toMatchObject({ name: 'ProviderFailure', code: 'unreadable_media' });
  });
});
