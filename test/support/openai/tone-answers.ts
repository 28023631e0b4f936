import { decodeMono, HEARING_RATE, hearTones, TimedWord } from '../tones';
import { Respond } from './fake-openai';

export interface AnswerSegment {
  id: number;
  start: number;
  end: number;
  text: string;
  temperature: number;
  avg_logprob: number;
  compression_ratio: number;
  no_speech_prob: number;
}

/** The body that OpenAI's `verbose_json` has. */
export interface VerboseAnswer {
  task: 'transcribe';
  language: string;
  duration: number;
  text: string;
  segments?: AnswerSegment[];
  words?: { word: string; start: number; end: number }[];
}

/** What was heard in one chunk. */
export interface HeardAudio {
  words: readonly TimedWord[];
  seconds: number;
  fields: ReadonlyMap<string, string>;
}

export interface ToneAnswers {
  /** Longest segment; 0 (the default) gives each word a segment of its own. */
  segmentSeconds?: number;
  /** Segments are now long, now short, as recognisers make them. Default false. */
  mixesSegments?: boolean;
  /** Whether words are given with their times when they are asked for; many servers ignore it. Default true. */
  givesWordTimes?: boolean;
  /** Makes another answer of the right one. */
  reshape?: (answer: VerboseAnswer, heard: HeardAudio) => unknown;
}

/** For `FakeOpenAi.respond`: a recogniser that hears the words of test/support/tones, each exactly once. */
export function answerTones(options: ToneAnswers = {}): Respond {
  return async (audio, fields) => toneAnswer(await hearChunk(audio, fields), options);
}

export async function hearChunk(audio: Buffer, fields: ReadonlyMap<string, string>): Promise<HeardAudio> {
  const samples = await decodeMono(audio);
  return { words: hearTones(samples, HEARING_RATE), seconds: samples.length / HEARING_RATE, fields };
}

/** The body of the answer. */
export function toneAnswer(heard: HeardAudio, options: ToneAnswers): unknown {
  const { reshape } = options;
  const answer = verboseAnswer(heard, options);
  if (reshape) return reshape(answer, heard);
  return heard.fields.get('response_format') === 'verbose_json' ? answer : { text: answer.text };
}

function verboseAnswer({ words, seconds, fields }: HeardAudio, options: ToneAnswers): VerboseAnswer {
  const { segmentSeconds = 0, mixesSegments = false, givesWordTimes = true } = options;
  const granularities = (fields.get('timestamp_granularities[]') ?? 'segment').split(',');
  const timesWords = givesWordTimes && granularities.includes('word');
  const segments = segmentsOf(words, segmentSeconds, mixesSegments);
  return {
    task: 'transcribe',
    language: 'english',
    duration: seconds,
    text: segments.map(({ text }) => text).join(''),
    // OpenAI leaves segments out when only words are asked for.
    ...((!timesWords || granularities.includes('segment')) && { segments }),
    ...(timesWords && { words: words.map(({ start, end, word }) => ({ word, start, end })) }),
  };
}

/** Words in groups of so many seconds at most, as a recogniser makes its segments. */
function segmentsOf(words: readonly TimedWord[], longestSeconds: number, mixes: boolean): AnswerSegment[] {
  const groups: TimedWord[][] = [];
  for (const word of words) {
    const group = groups.at(-1);
    const first = group?.[0];
    // Four tenths to all of the longest, by an arbitrary rule that gives the same answer every time.
    const share = first && mixes ? 0.4 + 0.6 * ((first.start * 7.31) % 1) : 1;
    if (group && first && word.end - first.start <= longestSeconds * share) group.push(word);
    else groups.push([word]);
  }
  return groups.map((group, id) => ({
    id,
    start: group[0]?.start ?? 0,
    end: Math.max(...group.map(({ end }) => end)),
    text: ` ${group.map(({ word }) => word).join(' ')}`,
    temperature: 0,
    avg_logprob: -0.2,
    compression_ratio: 1.2,
    no_speech_prob: 0.01,
  }));
}
