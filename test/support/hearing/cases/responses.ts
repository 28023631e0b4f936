import { SeededRandom } from '../../fuzz/random';
import { HeardAudio, ToneAnswers, VerboseAnswer } from '../../openai/tone-answers';
import { denseWords, TimedWord } from '../../tones';
import { Expectation } from '../hearing-case';

/** A recording, and what a recogniser answers to it. */
export interface ResponseCase {
  name: string;
  /** Length of the recording; no two without words are equally long, for by that the fake tells them apart. */
  seconds: number;
  words: readonly TimedWord[];
  answers: ToneAnswers;
  expect: Expectation;
  /** ISO 639-1 codes (or what stands for them), one of which the recording's language has to be. */
  languages?: readonly string[];
}

type Reshape = NonNullable<ToneAnswers['reshape']>;

const SECONDS = 40;
let seed = 100;

function spoken(seconds = SECONDS): TimedWord[] {
  seed += 1;
  return denseWords(seconds, new SeededRandom(seed));
}

/** Words whose times the answer does not tell: they must be there, in order. */
function untimed(words: readonly TimedWord[]): Expectation {
  return { words, timeError: Infinity };
}

/** The answer keeps every word, and every time can be worked out. */
function timed(name: string, reshape: Reshape): ResponseCase {
  const words = spoken();
  const expected: Expectation = { words, timesEstimated: false };
  return { name, seconds: SECONDS, words, answers: { reshape }, expect: expected };
}

/** The answer keeps every word, but not its time. */
function kept(name: string, reshape: Reshape): ResponseCase {
  const words = spoken();
  return { name, seconds: SECONDS, words, answers: { reshape }, expect: untimed(words) };
}

/** The answer keeps every word, but not its time, and each line says so. */
function marked(name: string, reshape: Reshape): ResponseCase {
  const words = spoken();
  const expected: Expectation = { words, timeError: Infinity, timesEstimated: true };
  return { name, seconds: SECONDS, words, answers: { reshape }, expect: expected };
}

/** Several words share a line, so that their own times are off by less than its length. */
function inLines(name: string, longestSeconds: number, reshape: Reshape): ResponseCase {
  const words = spoken();
  const expected = { words, timeError: longestSeconds };
  return { name, seconds: SECONDS, words, answers: { reshape }, expect: expected };
}

/** All times in another unit. */
function inUnits(perSecond: number): Reshape {
  const scaled = (seconds: number): number => Math.round(seconds * perSecond);
  return (answer) => ({
    ...answer,
    duration: scaled(answer.duration),
    segments: answer.segments?.map((segment) => ({
      ...segment,
      start: scaled(segment.start),
      end: scaled(segment.end),
    })),
    words: answer.words?.map(({ word, start, end }) => ({ word, start: scaled(start), end: scaled(end) })),
  });
}

/** Times in samples, and nothing that tells the rate. */
function inSamples(rate: number): ResponseCase {
  const reshape: Reshape = (answer, heard) => {
    const scaled = inUnits(rate)(answer, heard) as VerboseAnswer;
    return without(scaled, 'duration');
  };
  return timed(`times in samples at ${rate / 1_000} kHz, and no duration`, reshape);
}

/** Every segment is said to be at one and the same time. */
function allAt(start: number, end: number): Reshape {
  return (answer) => ({
    ...without(answer, 'words'),
    segments: answer.segments?.map((segment) => ({ ...segment, start, end })),
  });
}

/** Another last segment. */
function withLast(change: (last: Segment, heard: HeardAudio) => unknown): Reshape {
  return (answer, heard) => {
    const segments = answer.segments ?? [];
    const last = segments.at(-1);
    return { ...without(answer, 'words'), segments: [...segments.slice(0, -1), last && change(last, heard)] };
  };
}

type Segment = NonNullable<VerboseAnswer['segments']>[number];

function without<Name extends keyof VerboseAnswer>(
  answer: VerboseAnswer,
  name: Name,
): Omit<VerboseAnswer, Name> {
  const { [name]: _left, ...rest } = answer;
  return rest;
}

function stopsAt(stop: number, seconds: number): ResponseCase {
  const words = spoken(seconds);
  const heard = words.filter(({ end }) => end <= stop);
  const last = words.at(-1)?.end ?? seconds;
  return {
    name: `the decoder stops at ${stop} of ${seconds} s, and people go on speaking`,
    seconds,
    words,
    answers: {
      reshape: (answer) => {
        // Each word is a segment.
        const segments = (answer.segments ?? []).slice(0, heard.length);
        const text = segments.map((segment) => segment.text).join('');
        const timedWords = answer.words?.slice(0, heard.length);
        return { ...answer, text, segments, ...(timedWords && { words: timedWords }) };
      },
    },
    expect: { words: heard, gaps: [{ start: heard.at(-1)?.end ?? 0, end: last, within: 2 }] },
  };
}

/** A segment for each pause of the recording in which the recogniser says that nobody speaks. */
function withMarkers(markers: readonly string[]): Reshape {
  return (answer) => {
    const said = answer.segments ?? [];
    const segments = said.flatMap((segment, index) => {
      const next = said[index + 1];
      const marker = { ...segment, start: segment.end, end: next?.start ?? segment.end + 0.2 };
      const text = ` ${markers[index % markers.length] ?? ''}`;
      return index % 5 === 4 ? [segment, { ...marker, text }] : [segment];
    });
    return { ...answer, text: segments.map(({ text }) => text).join(''), segments };
  };
}

/** One word, said so many times in a row by a person. */
function repeated(times: number): TimedWord[] {
  const before = spoken(10);
  return [
    ...before,
    ...Array.from({ length: times }, (_, index): TimedWord => {
      return { start: 12 + index, end: 12.6 + index, word: 'echo' };
    }),
  ];
}

/** A phrase that a person says five times in a row: now faster, now slower, and with a breath in between. */
function phrase(): ResponseCase {
  const before = spoken(10);
  const said = spoken(5).slice(0, 4);
  const words = [...before];
  let at = 10;
  for (const [breath, step] of [
    [0.7, 0.6],
    [1.1, 0.66],
    [0.5, 0.63],
    [0.9, 0.72],
    [1.3, 0.6],
  ] as const) {
    at += breath;
    for (const { word } of said) {
      words.push({ start: at, end: at + 0.5, word });
      at += step;
    }
  }
  return { name: 'a phrase that is said five times', seconds: 29, words, answers: {}, expect: { words } };
}

function ofLanguage(name: string, ...languages: string[]): ResponseCase {
  const reshape: Reshape = (answer) => ({ ...answer, language: name });
  return { ...timed(`the language is called ${name}`, reshape), languages };
}

/** Nobody speaks, and the recogniser answers with this. */
function onSilence(name: string, seconds: number, reshape: Reshape): ResponseCase {
  return { name, seconds, words: [], answers: { reshape }, expect: { noSpeech: true } };
}

function longTurns(name: string, seconds: number, answers: ToneAnswers): ResponseCase {
  const words = spoken(seconds);
  return { name, seconds, words, answers, expect: untimed(words) };
}

function seven(): ResponseCase {
  const words = repeated(7);
  return { name: 'a word that is said seven times', seconds: 22, words, answers: {}, expect: { words } };
}

const MARKERS = ['[BLANK_AUDIO]', '(soft music)', '♪', '[Music]', '♪♪', '*applause*', '[ Silence ]'];

/** Answers that recognisers of this API give. @param stop when the one that stops early stops, and of how much */
export function responseCases(stop: { at: number; of: number; turns: number }): ResponseCase[] {
  return [
    timed('an answer as it should be', (answer) => answer),
    timed('times in nanoseconds', inUnits(1e9)),
    timed('times in microseconds', inUnits(1e6)),
    timed('times in milliseconds', inUnits(1e3)),
    ...[8_000, 16_000, 22_050, 24_000, 44_100, 48_000].map(inSamples),
    marked('all segments from 0 to 0', allAt(0, 0)),
    marked('all segments from 0 to 30', allAt(0, 30)),
    marked('times in an unknown unit', inUnits(7)),
    timed('every segment twice', (answer) => ({
      ...answer,
      segments: answer.segments?.flatMap((segment) => [segment, segment]),
    })),
    timed('the list of segments twice', (answer) => ({
      ...answer,
      segments: [...(answer.segments ?? []), ...(answer.segments ?? [])],
    })),
    kept('empty segments beside the text', (answer) => ({ ...answer, segments: [] })),
    kept('no segments beside the text', (answer) => without(answer, 'segments')),
    kept('null in place of segments', (answer) => ({ ...answer, segments: null, words: null })),
    kept('the text alone', ({ text }) => ({ text })),
    kept('segments for the first half, and the text of all', (answer) => ({
      ...without(answer, 'words'),
      segments: answer.segments?.slice(0, Math.floor(answer.segments.length / 2)),
    })),
    timed('null for every measure', (answer) => ({
      ...answer,
      language: null,
      usage: null,
      segments: answer.segments?.map((segment) => ({
        ...segment,
        no_speech_prob: null,
        compression_ratio: null,
        avg_logprob: null,
        temperature: null,
      })),
    })),
    timed('null for the text, which the segments have', (answer) => ({ ...answer, text: null })),
    timed('times as strings', (answer) => ({
      ...without(answer, 'words'),
      segments: answer.segments?.map(({ start, end, ...rest }) => ({
        ...rest,
        start: start.toFixed(2),
        end: end.toFixed(2),
      })),
    })),
    timed('segments in no order', (answer) => ({ ...answer, segments: answer.segments?.toReversed() })),
    // Lines are as long as a breath, and 20 seconds at most.
    inLines('words with their times, and no segments', 20, (answer, { words }) => ({
      ...without(answer, 'segments'),
      words: words.map(({ word, start, end }) => ({ word, start, end })),
    })),
    kept(
      'a last segment that begins after the end',
      withLast((last, { seconds }) => ({
        ...last,
        start: seconds + 3,
        end: seconds + 4,
      })),
    ),
    kept(
      'a last segment that ends before it begins',
      withLast((last) => ({
        ...last,
        start: last.end,
        end: last.start,
      })),
    ),
    kept(
      'a last segment without times',
      withLast((last) => ({ ...last, start: null, end: null })),
    ),
    timed('a recogniser that doubts that anybody speaks', (answer) => ({
      ...answer,
      segments: answer.segments?.map((segment) => ({ ...segment, no_speech_prob: 0.95, avg_logprob: -1.4 })),
    })),
    timed('markers for what are no words', withMarkers(MARKERS)),
    seven(),
    phrase(),
    stopsAt(stop.at, stop.of),
    longTurns('segments of more than a minute', stop.turns, { segmentSeconds: 75, givesWordTimes: false }),
    longTurns('one text for all of it', stop.turns, { reshape: ({ text }) => ({ text }) }),
    onSilence('null for the text of silence', 6, (answer) => ({ ...answer, text: null })),
    onSilence('null for the text and the segments of silence', 8, (answer) => ({
      ...answer,
      text: null,
      segments: null,
    })),
    onSilence('[BLANK_AUDIO] for silence', 10, (answer) => markerAlone(answer, '[BLANK_AUDIO]')),
    onSilence('♪ for silence', 12, (answer) => markerAlone(answer, '♪')),
    ofLanguage('bengali', 'bn'),
    ofLanguage('cantonese', 'yue', 'zh'),
    ofLanguage('tagalog', 'tl'),
    ofLanguage('myanmar', 'my'),
    ofLanguage('maori', 'mi'),
    ofLanguage('haitian creole', 'ht'),
    ofLanguage('Castilian', 'es'),
  ];
}

function markerAlone(answer: VerboseAnswer, text: string): VerboseAnswer {
  const segment = { id: 0, start: 0, end: 5, text, temperature: 0 };
  return {
    ...answer,
    text,
    segments: [{ ...segment, avg_logprob: -0.4, compression_ratio: 0.6, no_speech_prob: 0.5 }],
  };
}
