import { stretchOf, TimedTokens, timedTokens } from '../../../transcript/timed-text';
import { SpeechSegment } from '../speech-to-text';

/** Longer text is hard to follow while one listens, and says too little about when something was said. */
const LONGEST_LINE_SECONDS = 20;
/** A speaker who pauses for so long begins a new thought. */
const PAUSE_SECONDS = 0.6;
const SENTENCE_END = /[.!?…。！？]["'”’)\]]*\s*$/u;

/**
 * Cuts a long segment into lines, where its words have times: at pauses, at the ends of sentences, and at the latest after
 * 20 seconds. Some servers give words and no segments. Other segments are returned as they are.
 */
export function intoLines(segment: SpeechSegment): SpeechSegment[] {
  if (!segment.words || segment.end - segment.start <= LONGEST_LINE_SECONDS) return [segment];
  const timed = timedTokens(withoutMeasure(segment));
  const cuts = [0, ...cutsOf(timed), timed.tokens.length];
  return cuts.slice(1).map((to, index) => stretchOf(timed, cuts[index] ?? 0, to));
}

/** Indexes of the tokens that begin a line, without the first. */
function cutsOf({ segment, tokens, times }: TimedTokens): number[] {
  const cuts: number[] = [];
  let lineStart = times[0]?.start ?? segment.start;
  for (let index = 1; index < tokens.length; index += 1) {
    const before = times[index - 1];
    const time = times[index];
    const token = tokens[index - 1];
    if (!before || !time || !token) continue;
    const endsSentence = SENTENCE_END.test(segment.text.slice(token.from, token.to));
    const isTooLong = time.end - lineStart > LONGEST_LINE_SECONDS;
    if (!endsSentence && !isTooLong && time.start - before.end < PAUSE_SECONDS) continue;
    cuts.push(index);
    lineStart = time.start;
  }
  return cuts;
}

/** The compression ratio was measured on the whole segment: it says nothing about a line of it. */
function withoutMeasure({ signals, ...segment }: SpeechSegment): SpeechSegment {
  if (!signals) return segment;
  const { compressionRatio: _, ...others } = signals;
  return { ...segment, signals: others };
}
