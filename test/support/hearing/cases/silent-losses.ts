import { sparseWords, synthesise, TimedWord, wavFile } from '../../tones';
import { everyWord, HearingCase } from '../hearing-case';
import { Studio } from '../studio';
import { cut, joinedUnlike } from './variants';

const WAV_HEADER_BYTES = 44;
const RATE = 48_000;

/** A WAV file whose samples are in two chunks, one behind the other. */
function inTwoChunks(samples: Float32Array): Buffer {
  const wav = wavFile([samples]);
  const sound = wav.subarray(WAV_HEADER_BYTES);
  const half = Math.floor(sound.length / 4) * 2;
  return Buffer.concat([
    wav.subarray(0, WAV_HEADER_BYTES - 8),
    dataChunk(sound.subarray(0, half)),
    dataChunk(sound.subarray(half)),
  ]);
}

function dataChunk(content: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.write('data', 'latin1');
  header.writeUInt32LE(content.length, 4);
  return Buffer.concat([header, content]);
}

/** An AVI file as a program writes it that cannot go back to fill in lengths: they are as large as they can be. */
function streamedAvi(avi: Buffer): Buffer {
  const streamed = Buffer.from(avi);
  streamed.writeUInt32LE(0xffff_ffff, 4);
  const LENGTH_OF_STREAM = 40;
  streamed.writeUInt32LE(0x00ff_ffff, streamed.indexOf('strh') + LENGTH_OF_STREAM);
  return streamed;
}

/** Two voices that never speak at the same time. */
function turns({ seconds }: Studio): { first: TimedWord[]; second: TimedWord[]; both: TimedWord[] } {
  const first = sparseWords(seconds - 1, 0.9);
  const second = sparseWords(seconds - 1, 2.5).map((said) => ({ ...said, end: said.end - 0.2 }));
  return { first, second, both: [...first, ...second].sort((a, b) => a.start - b.start) };
}

/** Left and right of a sound that is alike on both and one that is opposite on them. */
function stereo(alike: Float32Array, opposite: Float32Array): Buffer {
  return wavFile([
    alike.map((sample, at) => sample + (opposite[at] ?? 0)),
    alike.map((sample, at) => sample - (opposite[at] ?? 0)),
  ]);
}

function hum(seconds: number, amplitude: number): Float32Array {
  return Float32Array.from(
    { length: seconds * RATE },
    (_, at) => amplitude * Math.sin((2 * Math.PI * 150 * at) / RATE),
  );
}

/** Files of which a part was lost, and nothing said so. */
export const SILENT_LOSSES: readonly HearingCase[] = [
  cut('cut.caf', '-c:a', 'pcm_s16be'),
  cut('cut.w64', '-c:a', 'pcm_s16le'),
  cut('cut.avi', '-c:a', 'pcm_s16le'),
  cut('cut.wma', '-c:a', 'wmav2', '-ar', '44100'),
  cut('packed.wav', '-c:a', 'libmp3lame', '-b:a', '64k'),
  {
    name: 'an AVI file that was written to a pipe',
    make: async (studio) => streamedAvi(await studio.encode('live.avi', '-c:a', 'libmp3lame')),
    expect: everyWord(0.5),
  },
  {
    name: 'a WAV file with two chunks of sound',
    make: (studio) => inTwoChunks(studio.samples()),
    expect: everyWord(),
    clip: true,
  },
  {
    name: 'a voice in opposite phase, and a louder one in phase',
    make: (studio) => {
      const { first, second } = turns(studio);
      const { seconds } = studio;
      return stereo(
        synthesise({ seconds, words: first, level: -12 }),
        synthesise({ seconds, words: second, level: -24 }),
      );
    },
    expect: (studio) => ({ words: turns(studio).both }),
    clip: true,
  },
  {
    name: 'a voice in opposite phase under a louder hum in phase',
    make: (studio) =>
      stereo(
        hum(studio.seconds, 0.25),
        studio.samples().map((sample) => sample * 0.5),
      ),
    expect: everyWord(),
  },
  {
    name: 'a voice on each side of a file that is mixed',
    make: (studio) => {
      const { first, second } = turns(studio);
      const { seconds } = studio;
      return wavFile([first, second].map((words, seed) => synthesise({ seconds, words, seed: seed + 1 })));
    },
    expect: (studio) => ({ words: turns(studio).both }),
  },
  joinedUnlike('fewer.wav', '-af pan=6c|c5=1*c0', '-ar 16000'),
  joinedUnlike('opposite.wav', '-ar 16000', '-af pan=stereo|c0=c0|c1=-1*c0'),
  joinedUnlike('fewer.ac3', '-c:a ac3 -af pan=5.1|LFE=0*c0|FC=c0', '-c:a ac3 -ac 2'),
  joinedUnlike('more.ac3', '-c:a ac3 -ac 2', '-c:a ac3 -af pan=5.1|FL=0*c0|BR=c0'),
];
