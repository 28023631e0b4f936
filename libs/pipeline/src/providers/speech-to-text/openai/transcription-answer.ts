import { z } from 'zod';
import { ProviderFailure } from '../../provider-failure';
import { withOwnWords } from '../answer/assign-words';
import { intoLines } from '../answer/into-lines';
import { languageCode } from '../answer/language-code';
import { withMissingText } from '../answer/missing-text';
import { RawSegment, RawWord } from '../answer/raw-segment';
import { readNumber } from '../answer/read-number';
import { repairTimes } from '../answer/repair-times';
import { SegmentSignals, TranscriptionRequest, TranscriptionResult } from '../speech-to-text';

/** What cannot be read counts as absent: a fault in one field must not cost the text. */
const number = z.unknown().optional().transform(readNumber);
const text = z.string().trim().catch('');
const listOf = <S extends z.ZodType>(item: S) => z.array(item.nullable().catch(null)).nullable().catch(null);
const tokens = z.number().int().optional().catch(undefined);

const word = z
  .looseObject({ start: number, end: number, word: text, text })
  .transform(({ start, end, ...rest }): RawWord => ({ start, end, text: rest.word || rest.text }));

const segment = z.looseObject({
  start: number,
  end: number,
  text,
  words: listOf(word),
  no_speech_prob: number,
  avg_logprob: number,
  compression_ratio: number,
});

/** `json` answers hold `text` alone; `verbose_json` adds the language, segments and words with times. */
const answerSchema = z.looseObject({
  text: z.string().trim().nullable().catch(null),
  language: z.unknown().optional(),
  duration: number,
  segments: listOf(segment),
  words: listOf(word),
  usage: z.object({ input_tokens: tokens, output_tokens: tokens }).nullish().catch(undefined),
});

/**
 * Reads the answer of OpenAI's transcription call, as leniently as it can: no text is dropped because something beside it
 * is wrong.
 *
 * @throws ProviderFailure `invalid_response` for what holds neither a text nor segments
 */
export function readTranscription(
  answer: unknown,
  request: TranscriptionRequest,
  requestId: string | undefined,
): Pick<TranscriptionResult, 'language' | 'segments' | 'usage'> {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success || !isTranscription(answer)) {
    throw new ProviderFailure('invalid_response', 'openai: the answer is not a transcription', {
      provider: 'openai',
      requestId,
      cause: parsed.error,
    });
  }
  const { language, duration, usage } = parsed.data;
  const { durationSeconds, speech } = request;
  const audio = { durationSeconds, speech, declaredDuration: duration };
  return {
    language: languageCode(language) ?? request.language,
    segments: repairTimes(heard(parsed.data), audio).flatMap(intoLines),
    usage: {
      audioSeconds: durationSeconds,
      ...(usage?.input_tokens !== undefined && { inputTokens: usage.input_tokens }),
      ...(usage?.output_tokens !== undefined && { outputTokens: usage.output_tokens }),
    },
  };
}

/** `text` may be null (nothing was heard), but an answer with neither text nor segments is something else. */
function isTranscription(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return false;
  const { text: whole, segments } = answer as { text?: unknown; segments?: unknown };
  return typeof whole === 'string' || whole === null || Array.isArray(segments);
}

function heard(answer: z.infer<typeof answerSchema>): RawSegment[] {
  const present = (answer.segments ?? []).filter((one) => one !== null);
  const words = (answer.words ?? []).filter((one) => one !== null);
  const segments = present.map(toRawSegment).filter((one) => one.text !== '');
  const whole = answer.text ?? words.map((one) => one.text).join(' ');
  const complete = withMissingText(segments, whole);
  if (segments.length > 0) return withOwnWords(complete, words);
  return withOwnWords(
    complete.map((one) => ({ ...one, ...reach(words) })),
    words,
  );
}

/** A text without segments lasts from its first word to its last. */
function reach(words: readonly RawWord[]): Pick<RawWord, 'start' | 'end'> {
  return { start: words[0]?.start ?? null, end: words.at(-1)?.end ?? null };
}

function toRawSegment(one: z.infer<typeof segment>): RawSegment {
  const { start, end, no_speech_prob, avg_logprob, compression_ratio } = one;
  const signals: SegmentSignals = {
    ...(no_speech_prob !== null && { noSpeechProbability: no_speech_prob }),
    ...(avg_logprob !== null && { averageLogProbability: avg_logprob }),
    ...(compression_ratio !== null && { compressionRatio: compression_ratio }),
  };
  const words = one.words?.filter((own) => own !== null && own.text !== '') as RawWord[] | undefined;
  return {
    ...{ start, end, text: one.text },
    ...(words && words.length > 0 && { words }),
    ...(Object.keys(signals).length > 0 && { signals }),
  };
}
