import { readFile } from 'node:fs/promises';
import {
  denseWords,
  shifted,
  sparseWords,
  synthesise,
  TimedWord,
  wavFile,
  whiteNoise,
  WORDS,
} from '../../tones';
import { SeededRandom } from '../../fuzz/random';
import { everyWord, firstHalf, HearingCase, lostStretch, outside } from '../hearing-case';
import { withoutBlocks } from '../matroska';
import { withoutPages } from '../ogg';
import { picture, Studio } from '../studio';

const LATE_SECONDS = 6;

/** The sound begins some seconds after the picture. */
function late(name: string, ...codecs: string[]): HearingCase {
  return {
    name: `late sound in ${name}`,
    make: async (studio) =>
      readFile(
        await studio.ffmpeg(
          name,
          ...picture(studio.seconds + LATE_SECONDS),
          ...['-itsoffset', String(LATE_SECONDS), '-i', await studio.base()],
          ...['-map', '0:v', '-map', '1:a', ...codecs],
        ),
      ),
    expect: ({ words }) => ({ words: shifted(words, LATE_SECONDS), timeError: 0.5 }),
    clip: true,
  };
}

/** Two files, one appended to the other. */
function joined(name: string, ...codec: string[]): HearingCase {
  return {
    name: `two of ${name} one after the other`,
    make: async (studio) => {
      const one = await studio.encode(name, ...codec);
      return Buffer.concat([one, one]);
    },
    expect: ({ words, seconds }) => ({ words: [...words, ...shifted(words, seconds)], timeError: 0.5 }),
    clip: true,
  };
}

/** Two files of one container, encoded in different ways. */
export function joinedUnlike(name: string, first: string, second: string): HearingCase {
  return {
    name: `${name}: (${first}) and (${second}) one after the other`,
    make: async (studio) =>
      Buffer.concat([
        await studio.encode(name, ...first.split(' ')),
        await studio.encode(name, ...second.split(' ')),
      ]),
    expect: ({ words, seconds }) => ({ words: [...words, ...shifted(words, seconds)], timeError: 0.5 }),
    clip: true,
  };
}

const MANY_FILES = 130;

/** The word of one of the files. In no order that repeats: that would be taken for a loop of the recogniser. */
function oneOfMany(index: number): TimedWord {
  const word = WORDS[(index * index + Math.floor(index / 7)) % WORDS.length] ?? 'alpha';
  return { start: 0.2, end: 0.8, word };
}

/** An RF64 file whose writer never came back to fill in the sizes. */
function unsizedRf64(samples: Float32Array): Buffer {
  const wav = wavFile([samples], { statedDataBytes: 0xffff_ffff, statedRiffBytes: 0xffff_ffff });
  const sizes = Buffer.alloc(8 + 28);
  sizes.write('ds64', 'latin1');
  sizes.writeUInt32LE(28, 4);
  wav.write('RF64', 'latin1');
  return Buffer.concat([wav.subarray(0, 12), sizes, wav.subarray(12)]);
}

/** The clock of MPEG has 33 bits: it starts again after 26.5 hours, here twelve seconds into the file. */
const BEFORE_WRAP = ['-output_ts_offset', '95430'];

function wrapped(name: string, ...codecs: string[]): HearingCase {
  return {
    name: `the clock of ${name} starts again`,
    make: async (studio) =>
      readFile(
        await studio.ffmpeg(
          name,
          ...[...picture(studio.seconds), '-i', await studio.base(), '-map', '0:v', '-map', '1:a'],
          ...['-c:v', 'mpeg2video', '-r', '25', ...codecs, ...BEFORE_WRAP],
        ),
      ),
    expect: everyWord(0.5),
    clip: true,
  };
}

/** A whole file, and something else behind it. */
function trailed(name: string, tail: Buffer, ...codec: string[]): HearingCase {
  return {
    name: `${tail.length} more bytes behind ${name}`,
    make: async (studio) => Buffer.concat([await studio.encode(name, ...codec), tail]),
    expect: everyWord(),
  };
}

/** A file that says how long it is, cut on its way. */
export function cut(name: string, ...codec: string[]): HearingCase {
  return {
    name: `${name} cut in half`,
    make: async (studio) => {
      const whole = await studio.encode(name, ...codec);
      return whole.subarray(0, Math.round(whole.length / 2));
    },
    expect: (studio) => firstHalf(studio),
  };
}

/** A stretch of `lostStretch` is not there. */
function torn(
  name: string,
  tear: (studio: Studio, from: number, to: number) => Promise<Buffer>,
): HearingCase {
  return {
    name: `a stretch is missing in ${name}`,
    make: (studio) => {
      const { from, to } = lostStretch(studio);
      return tear(studio, from, to);
    },
    expect: (studio) => {
      const { from, to } = lostStretch(studio);
      return { words: outside(studio.words, from, to), gaps: [{ start: from, end: to, within: 1.5 }] };
    },
    clip: true,
  };
}

/** A WAV header that does not tell the size. */
function unsized(stated: number): HearingCase {
  return {
    name: `a WAV file whose header gives ${stated} as its size`,
    make: (studio) => wavFile([studio.samples()], { statedDataBytes: stated }),
    expect: everyWord(),
  };
}

/** Words over noise, as loud as given. dBFS. */
function room(name: string, level: number, noise: number): HearingCase {
  const words = (studio: Studio): TimedWord[] =>
    denseWords(studio.seconds, new SeededRandom(-level * 100 - noise));
  return {
    name,
    make: (studio) =>
      wavFile([synthesise({ seconds: studio.seconds, words: words(studio), level, noise, rate: 16_000 })], {
        rate: 16_000,
      }),
    expect: (studio) => ({ words: words(studio) }),
  };
}

/** Channels of one recording, each with its own loudness; negative ones are in opposite phase. */
function mixed(name: string, gains: readonly number[]): HearingCase {
  return {
    name,
    make: (studio) => {
      const samples = studio.samples();
      return wavFile(gains.map((gain) => samples.map((sample) => sample * gain)));
    },
    expect: everyWord(),
  };
}

/** One voice on two channels, in phase in the first half and in opposite phase in the second. */
const changingPhase: HearingCase = {
  name: 'a cable that changes its phase in the middle',
  make: (studio) => {
    const samples = studio.samples();
    const { words, seconds } = studio;
    // In the pause behind a word.
    const change = ((words[words.length >> 1]?.end ?? 0) + 0.5) / seconds;
    return wavFile([samples, samples.map((sample, at) => (at < samples.length * change ? sample : -sample))]);
  },
  expect: everyWord(),
};

/** Tracks of one file: `sounds` are inputs of ffmpeg, among them the base recording as `BASE`. */
function tracks(name: string, file: string, sounds: readonly string[]): HearingCase {
  return {
    name,
    make: async (studio) => {
      const base = await studio.base();
      const inputs = sounds.flatMap((sound) =>
        sound === 'BASE' ? ['-i', base] : ['-f', 'lavfi', '-t', String(studio.seconds), '-i', sound],
      );
      const maps = sounds.flatMap((_, at) => ['-map', `${at}:a`]);
      return readFile(await studio.ffmpeg(file, ...inputs, ...maps, '-c:a', 'aac'));
    },
    expect: everyWord(),
  };
}

/** More files of the kinds that were published. */
export const VARIANTS: readonly HearingCase[] = [
  changingPhase,
  late('late.mkv', '-c:v', 'mpeg4', '-c:a', 'libopus'),
  late('late.mov', '-c:v', 'mpeg4', '-c:a', 'pcm_s16le'),
  late('late.ts', '-c:v', 'mpeg2video', '-r', '25', '-c:a', 'mp2'),
  wrapped('wrapped.ts', '-c:a', 'mp2'),
  wrapped('wrapped.mpg', '-c:a', 'mp2', '-f', 'mpeg'),
  joinedUnlike('clocks.ts', '-c:a aac', '-c:a aac -output_ts_offset 90000'),
  joined('parts.webm', '-c:a', 'libopus'),
  joined('parts.mp3', '-c:a', 'libmp3lame', '-b:a', '64k'),
  joined('parts.ogg', '-c:a', 'libopus'),
  joined('parts.aac', '-c:a', 'aac'),
  joined('parts.aiff', '-c:a', 'pcm_s16be'),
  joined('parts.caf', '-c:a', 'pcm_s16be'),
  joined('parts.w64', '-c:a', 'pcm_s16le'),
  joined('parts.flv', '-c:a', 'aac'),
  joined('parts.tta', '-c:a', 'tta'),
  joined('parts.wv', '-c:a', 'wavpack'),
  joined('parts.wma', '-c:a', 'wmav2', '-ar', '44100'),
  joinedUnlike('codecs.ogg', '-c:a libvorbis', '-c:a libopus'),
  joinedUnlike('rates.ogg', '-c:a libvorbis', '-c:a libvorbis -ar 22050'),
  joinedUnlike('rates.mp3', '-c:a libmp3lame', '-c:a libmp3lame -ar 22050 -b:a 32k'),
  joinedUnlike('channels.m4a', '-c:a aac', '-c:a aac -ar 22050 -ac 2'),
  {
    name: `${MANY_FILES} WAV files of one second one after the other`,
    make: () =>
      Buffer.concat(
        Array.from({ length: MANY_FILES }, (_, index) =>
          wavFile([synthesise({ seconds: 1, words: [oneOfMany(index)], rate: 16_000 })], { rate: 16_000 }),
        ),
      ),
    expect: () => ({
      words: Array.from({ length: MANY_FILES }, (_, index) => shifted([oneOfMany(index)], index)).flat(),
    }),
    clip: true,
  },
  torn('torn.mkv', async (studio, from, to) =>
    withoutBlocks(await studio.encode('whole.mkv', '-c:a', 'libmp3lame'), from, to),
  ),
  torn('torn.opus', async (studio, from, to) =>
    withoutPages(await studio.encode('whole.opus', '-c:a', 'libopus', '-page_duration', '200000'), from, to),
  ),
  torn('torn.ts', async (studio, from, to) => {
    const first = await studio.ffmpeg(
      'part%d.ts',
      ...['-i', await studio.base(), '-c:a', 'aac', '-f', 'segment'],
      ...['-segment_times', `${from},${to}`],
    );
    const part = (index: number): Promise<Buffer> => readFile(first.replace('%d', String(index)));
    return Buffer.concat([await part(0), await part(2)]);
  }),
  {
    name: 'a dropout of 0.6 s is silence, and moves nothing',
    make: async (studio) => withoutBlocks(await studio.encode('full.webm', '-c:a', 'libopus'), 9, 9.6),
    expect: everyWord(),
    clip: true,
  },
  {
    name: 'a recording of a browser, which does not say how long it is',
    make: async (studio) => studio.encode('live.webm', '-c:a', 'libopus', '-f', 'webm', '-live', '1'),
    expect: everyWord(),
  },
  cut('cut.wav', '-c:a', 'pcm_s16le'),
  cut('cut.flac', '-c:a', 'flac'),
  cut('cut.webm', '-c:a', 'libopus', '-b:a', '64k', '-vbr', 'off'),
  cut('cut.mka', '-c:a', 'libmp3lame'),
  cut('cut.mp3', '-c:a', 'libmp3lame', '-b:a', '64k'),
  trailed('note.wav', Buffer.from('abc'), '-c:a', 'pcm_s16le'),
  trailed('zeros.wav', Buffer.alloc(50_000), '-c:a', 'pcm_s16le'),
  trailed('zeros.mp3', Buffer.alloc(150_000), '-c:a', 'libmp3lame'),
  trailed('zeros.flac', Buffer.alloc(150_000), '-c:a', 'flac'),
  trailed('zeros.m4a', Buffer.alloc(150_000), '-c:a', 'aac'),
  trailed('zeros.webm', Buffer.alloc(150_000), '-c:a', 'libopus'),
  trailed('long.ogg', Buffer.alloc(900_000, 7), '-c:a', 'libopus'),
  {
    name: 'an RF64 file whose sizes were never filled in',
    make: (studio) => unsizedRf64(studio.samples()),
    expect: everyWord(),
  },
  unsized(0),
  unsized(0x7fff_ffff),
  unsized(0x7fff_ffd3),
  unsized(0xffff_ffff),
  unsized(0xffff_ff00),
  room('a noisy room: words of -15 dBFS over noise of -25 dBFS', -15, -25),
  room('a noisy room: words of -20 dBFS over noise of -32 dBFS', -20, -32),
  room('far from the microphone: words of -45 dBFS over noise of -70 dBFS', -45, -70),
  room('a whisper: words of -55 dBFS over noise of -75 dBFS', -55, -75),
  mixed('opposite phase, one side a little louder', [1, -0.95]),
  mixed('opposite phase in four channels', [1, -1, 1, -1]),
  mixed('opposite phase in two of six channels', [0, 0, 1, -1, 0, 0]),
  mixed('only the eighth of eight channels', [0, 0, 0, 0, 0, 0, 0, 1]),
  mixed('only the third of three channels, which may be the one for bass', [0, 0, 1]),
  tracks('two silent tracks before the one with speech', 'three.mkv', [
    'anullsrc=r=48000:cl=mono',
    'anullsrc=r=48000:cl=mono',
    'BASE',
  ]),
  tracks('speech in the first track, silence in the second', 'first.mp4', [
    'BASE',
    'anullsrc=r=48000:cl=stereo',
  ]),
  tracks('faint noise in the first track, speech in the second', 'noise.mov', [
    'anoisesrc=r=48000:amplitude=0.001:seed=3',
    'BASE',
  ]),
  {
    name: 'a call with a channel for each side, who speak at the same time',
    fields: { channels: 'separate' },
    make: ({ seconds }) =>
      wavFile(SIDES.map((first) => synthesise({ seconds, words: side(seconds, first) }))),
    expect: ({ seconds }) => ({
      words: SIDES.flatMap((first) => side(seconds, first)).sort((a, b) => a.start - b.start),
      speakers: SIDES.length,
    }),
  },
  {
    name: 'the first word comes after fifteen seconds of silence',
    make: (studio) => wavFile([pausing(studio).samples]),
    expect: (studio) => ({ words: pausing(studio).words }),
  },
  {
    name: 'nothing but the noise of a room',
    make: () => wavFile([whiteNoise(48_000 * 20, 0.003)]),
    expect: () => ({ noSpeech: true }),
  },
  {
    name: 'a video whose index is at its end, cut before it',
    make: async (studio) => {
      const whole = await studio.encode('back.mov', '-c:a', 'pcm_s16le');
      return whole.subarray(0, Math.round(whole.length * 0.7));
    },
    expect: () => ({ refused: 'truncated' }),
  },
];

/** When each side of a call says its first word. Both say the same words, which a mix would blur. */
const SIDES = [1, 2];

function side(seconds: number, first: number): TimedWord[] {
  return sparseWords(seconds - 1, first);
}

function pausing({ seconds }: Studio): { words: TimedWord[]; samples: Float32Array } {
  const words: TimedWord[] = [
    { start: 15, end: 15.7, word: 'golf' },
    { start: seconds - 2, end: seconds - 1.2, word: 'alpha' },
  ];
  return { words, samples: synthesise({ seconds, words }) };
}
