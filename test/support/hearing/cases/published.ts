import { readFile } from 'node:fs/promises';
import { shifted, silent, wavFile } from '../../tones';
import { blackPng, withCover } from '../cover';
import { everyWord, firstHalf, HearingCase, lostStretch, outside } from '../hearing-case';
import { withoutBlocks } from '../matroska';
import { picture, Studio } from '../studio';
import { dayLong } from './day-long';

const RATE = 48_000;
const BYTES_PER_SECOND = RATE * 2;
const LATE_SECONDS = 10;
const PARTS_SECONDS = 12;

/** The base recording with `other` in front of each of its samples' places: as many channels as `gains` has. */
function channelsOf(studio: Studio, gains: readonly number[]): Buffer {
  const samples = studio.samples();
  return wavFile(gains.map((gain) => samples.map((sample) => sample * gain)));
}

/** Files that people reported: each was lost, cut, moved in time or refused, most of them silently. */
export const PUBLISHED: readonly HearingCase[] = [
  {
    name: 'gap.webm: packets are missing in the middle',
    make: async (studio) => {
      const { from, to } = lostStretch(studio);
      return withoutBlocks(await studio.encode('full.webm', '-c:a', 'libopus'), from, to);
    },
    expect: (studio) => {
      const { from, to } = lostStretch(studio);
      return { words: outside(studio.words, from, to), gaps: [{ start: from, end: to }] };
    },
    clip: true,
  },
  {
    name: 'late.mp4: the sound begins ten seconds after the picture',
    make: async (studio) =>
      readFile(
        await studio.ffmpeg(
          'late.mp4',
          ...picture(studio.seconds + LATE_SECONDS),
          ...['-itsoffset', String(LATE_SECONDS), '-i', await studio.base()],
          ...['-map', '0:v', '-map', '1:a', '-c:v', 'mpeg4', '-c:a', 'aac'],
        ),
      ),
    expect: ({ words }) => ({ words: shifted(words, LATE_SECONDS) }),
    clip: true,
  },
  {
    name: 'obs2.mp4: the first of two tracks is silent',
    make: async (studio) =>
      readFile(
        await studio.ffmpeg(
          'obs2.mp4',
          ...['-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=stereo', '-i', await studio.base()],
          ...['-map', '0:a', '-map', '1:a', '-c:a', 'aac', '-t', String(studio.seconds)],
        ),
      ),
    expect: everyWord(),
  },
  {
    name: 'anti.wav: two channels in opposite phase',
    make: (studio) => channelsOf(studio, [1, -1]),
    expect: everyWord(),
  },
  {
    name: 'six.wav: only the fourth of six channels has speech',
    make: (studio) => channelsOf(studio, [0, 0, 0, 1, 0, 0]),
    expect: everyWord(),
  },
  {
    name: 'joined.wav: two files one after the other',
    make: async (studio) => {
      const base = await readFile(await studio.base());
      return Buffer.concat([base, base]);
    },
    expect: ({ words, seconds }) => ({ words: [...words, ...shifted(words, seconds)] }),
  },
  {
    name: 'short-header.wav: the header says ten seconds, and more follows',
    make: (studio) => wavFile([studio.samples()], { statedDataBytes: 10 * BYTES_PER_SECOND }),
    expect: everyWord(),
  },
  {
    name: 'seg1.mkv: the second part of a recording that was written in parts',
    make: async (studio) => {
      const first = await studio.ffmpeg(
        'seg%d.mkv',
        ...['-i', await studio.base(), '-c:a', 'libopus', '-f', 'segment'],
        ...['-segment_time', String(PARTS_SECONDS)],
      );
      return readFile(first.replace('%d', '1'));
    },
    expect: ({ words }) => ({
      words: shifted(
        words.filter(({ start }) => start >= PARTS_SECONDS && start < 2 * PARTS_SECONDS),
        -PARTS_SECONDS,
      ),
    }),
  },
  {
    name: 'sox_rec.wav: a recorder that did not know the length wrote 0x7ffff000',
    make: (studio) =>
      wavFile([studio.samples()], { statedDataBytes: 0x7fff_f000, statedRiffBytes: 0x7fff_f024 }),
    expect: everyWord(),
  },
  {
    name: 'short-sound.mp4: the picture lasts longer than the sound',
    make: async (studio) =>
      readFile(
        await studio.ffmpeg(
          'short-sound.mp4',
          ...picture(studio.seconds * 1.75),
          ...['-i', await studio.base(), '-c:v', 'mpeg4', '-c:a', 'aac'],
        ),
      ),
    expect: everyWord(),
  },
  {
    name: 'plus16.wav: the header says 16 bytes too many',
    make: (studio) => {
      const samples = studio.samples();
      return wavFile([samples], { statedDataBytes: samples.length * 2 + 16 });
    },
    expect: everyWord(),
  },
  {
    name: 'padded.ogg: 150 kB of zeros at the end',
    make: async (studio) =>
      Buffer.concat([await studio.encode('plain.ogg', '-c:a', 'libvorbis'), Buffer.alloc(150_000)]),
    expect: everyWord(),
  },
  {
    name: '24h.mka: 852 bytes that decode to 30 hours',
    make: () => dayLong(),
    expect: () => ({ refused: 'audio-too-long' }),
    heavy: true,
  },
  {
    name: 'cover.mp3: a cover of 16,000 × 16,000 pixels',
    make: async (studio) =>
      withCover(await studio.encode('plain.mp3', '-c:a', 'libmp3lame'), blackPng(16_000)),
    expect: everyWord(),
    heavy: true,
  },
  {
    name: 'half.m4a: cut in half, index at the front, with a title that ffmpeg could have said',
    make: async (studio) => {
      const whole = await studio.encode(
        'half.m4a',
        ...['-c:a', 'aac', '-movflags', '+faststart'],
        ...['-metadata', 'title=Estimating duration from bitrate'],
      );
      return whole.subarray(0, Math.round(whole.length / 2));
    },
    expect: (studio) => firstHalf(studio),
  },
  {
    name: 'half.m4a with its index at the end, which the cut took away',
    make: async (studio) => {
      const whole = await studio.encode('back.m4a', '-c:a', 'aac');
      return whole.subarray(0, Math.round(whole.length / 2));
    },
    expect: () => ({ refused: 'truncated' }),
  },
  {
    name: 'silence stays silence',
    make: () => wavFile([silent(20)]),
    expect: () => ({ noSpeech: true }),
  },
];
