import { SpeechSegment } from '../providers/speech-to-text';
import { stretchOf, timedTokens, TimedTokens } from '../transcript/timed-text';
import { withoutDuplicates } from './duplicates';
import { markersIn, textWithout } from './markers';
import { repeatedCopies, TimedKey, WINDOW_SECONDS } from './repetition';
import { Heard, isHalfSilent, isOnSilence } from './silence';
import { isStockPhrase } from './stock-phrases';
import { Stretch } from '../stretch';
import { GapCode, RemovedText } from './removed-text';
import { unheard } from './unheard';

export interface Examined {
  /** What is believed, in order. */
  segments: SpeechSegment[];
  /** Where something may be missing, in order; neighbours with the same reason are one. */
  gaps: (Stretch & { code: GapCode })[];
  /** What was taken out, in order. */
  removed: RemovedText[];
}

/** Of a stock phrase, this much doubt of the recogniser's is enough. */
const SOME_DOUBT = 0.3;
/** Texts of one reason that are no further apart belong to one gap. */
const JOIN_SECONDS = 2;

/**
 * Tells what was heard from what was invented, by the provider's own measures where it gives them, and by ours.
 *
 * @param segments an answer's, in order of time
 * @param audio what our own measure says of the chunk; all times in seconds from its start
 */
export function examine(segments: readonly SpeechSegment[], audio: Heard): Examined {
  const removed: RemovedText[] = [];
  const once = withoutDuplicates(segments, removed);
  const words = once.flatMap((segment) => withoutMarkers(segment, removed));
  const believed = withoutInvented(words, audio, removed);
  const said = withoutLoops(believed, audio, removed);
  const inOrder = removed.sort((a, b) => a.start - b.start);
  const gaps = [...gapsOf(inOrder), ...unheard(segments, audio)].sort((a, b) => a.start - b.start);
  return { segments: said, gaps, removed: inOrder };
}

/** Seconds of a chunk whose text is missing or not believed. */
export function secondsDoubted({ gaps }: Examined): number {
  return gaps.reduce((sum, { start, end }) => sum + end - start, 0);
}

function withoutMarkers(segment: SpeechSegment, removed: RemovedText[]): SpeechSegment[] {
  const markers = markersIn(segment.text);
  if (markers.length === 0) return [segment];
  const { start, end, words, ...rest } = segment;
  const perCharacter = (end - start) / segment.text.length;
  for (const { from, to } of markers) {
    removed.push({
      ...{ start: start + from * perCharacter, end: start + to * perCharacter },
      ...{ code: 'non_speech_marker', text: segment.text.slice(from, to).trim() },
    });
  }
  const text = textWithout(segment.text, markers);
  if (text === '') return [];
  const timed = timedTokens(segment);
  const isSpoken = ({ from, to }: { from: number; to: number }): boolean =>
    markers.every((marker) => to <= marker.from || marker.to <= from);
  const spoken = timed.tokens.flatMap((token, index) => {
    const time = timed.times[index];
    return time && isSpoken(token)
      ? [{ ...time, text: segment.text.slice(token.from, token.to).trim() }]
      : [];
  });
  return [{ ...rest, start, end, text, ...(words && { words: spoken }) }];
}

/** Leaves out text on silence, and stock phrases for which nothing speaks. */
function withoutInvented(
  segments: readonly SpeechSegment[],
  audio: Heard,
  removed: RemovedText[],
): SpeechSegment[] {
  const nothingElse = segments.every(({ text }) => isStockPhrase(text));
  return segments.filter((segment) => {
    const code = isOnSilence(segment, audio)
      ? 'text_on_silence'
      : isStockPhrase(segment.text) && isDoubtful(segment, audio, nothingElse)
        ? 'stock_phrase'
        : undefined;
    if (code) removed.push({ ...lasting(segment), code, text: segment.text });
    return !code;
  });
}

/** Where nothing else was heard, the recogniser's doubt alone must not turn a recording into one without speech. */
function isDoubtful(segment: SpeechSegment, audio: Heard, nothingElse: boolean): boolean {
  const recogniserDoubts = (segment.signals?.noSpeechProbability ?? 0) > SOME_DOUBT;
  return isHalfSilent(segment, audio) || (recogniserDoubts && !nothingElse);
}

function withoutLoops(
  segments: readonly SpeechSegment[],
  audio: Heard,
  removed: RemovedText[],
): SpeechSegment[] {
  const timed = segments.map(timedTokens);
  const runs = repeatedCopies(timed.flatMap(keysOf), audio.speech);
  let offset = 0;
  return timed.flatMap((one) => {
    const pieces: SpeechSegment[] = [];
    const first = offset;
    const count = one.tokens.length;
    offset += count;
    const own = runs
      .map(({ from, to }) => ({ from: Math.max(0, from - first), to: Math.min(count, to - first) }))
      .filter(({ from, to }) => from < to);
    if (own.length === 0) return [one.segment];
    let at = 0;
    for (const { from, to } of own) {
      if (from > at) pieces.push(stretchOf(one, at, from));
      const { start, end, text } = stretchOf(one, from, to);
      removed.push({ ...lasting({ start, end }), code: 'repetition', text });
      at = to;
    }
    if (at < count) pieces.push(stretchOf(one, at, count));
    return pieces;
  });
}

/** A provider measures a window of 30 seconds: of a longer segment its measure says nothing. */
function keysOf({ segment, tokens, times }: TimedTokens): TimedKey[] {
  const isWindow = segment.end - segment.start <= WINDOW_SECONDS && !segment.timesEstimated;
  const compressionRatio = isWindow ? segment.signals?.compressionRatio : undefined;
  return tokens.map(({ key }, index) => ({
    key,
    start: times[index]?.start ?? segment.start,
    end: times[index]?.end ?? segment.end,
    timesEstimated: segment.timesEstimated ?? false,
    compressionRatio,
  }));
}

/** A text without a length of its own still stands for a moment. */
function lasting({ start, end }: Stretch): Stretch {
  return end > start ? { start, end } : { start: Math.max(0, start - 0.5), end: start + 0.5 };
}

function gapsOf(removed: readonly RemovedText[]): Examined['gaps'] {
  const gaps: Examined['gaps'] = [];
  for (const { start, end, code } of removed) {
    if (code === 'non_speech_marker' || code === 'duplicate') continue;
    const last = gaps.at(-1);
    if (last?.code === code && start - last.end <= JOIN_SECONDS) last.end = Math.max(last.end, end);
    else gaps.push({ start, end, code });
  }
  return gaps;
}
