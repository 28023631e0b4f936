import { z } from 'zod';
import { ProviderFailure } from '../../provider-failure';
import { SpeechSegment, TranscriptionRequest, TranscriptionResult } from '../speech-to-text';
import { languageCode } from './language-code';

const usageSchema = z
  .object({ input_tokens: z.number().int().optional(), output_tokens: z.number().int().optional() })
  .optional();

/** `json` answers hold `text` alone; `verbose_json` adds the language and segments with times. */
const answerSchema = z.object({
  text: z.string(),
  language: z.string().optional(),
  segments: z
    .array(
      z.object({
        start: z.number(),
        end: z.number(),
        text: z.string(),
        no_speech_prob: z.number().optional(),
        avg_logprob: z.number().optional(),
        compression_ratio: z.number().optional(),
      }),
    )
    .optional(),
  usage: usageSchema,
});

/**
 * Reads the answer of OpenAI's transcription call.
 *
 * @throws ProviderFailure `invalid_response` for anything that is not one
 */
export function readTranscription(
  answer: unknown,
  request: TranscriptionRequest,
  requestId: string | undefined,
): Pick<TranscriptionResult, 'language' | 'segments' | 'usage'> {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) {
    throw new ProviderFailure('invalid_response', 'openai: the answer is not a transcription', {
      provider: 'openai',
      requestId,
      cause: parsed.error,
    });
  }
  const { text, language, segments, usage } = parsed.data;
  const heard = segments?.map(toSegment) ?? [{ start: 0, end: request.durationSeconds, text }];
  return {
    language: languageCode(language) ?? request.language,
    segments: heard
      // Text that is said to come after the end was never heard.
      .filter(({ start }) => start < request.durationSeconds)
      .map((segment) => within(segment, request.durationSeconds))
      .filter(({ text: words }) => words !== ''),
    usage: {
      audioSeconds: request.durationSeconds,
      ...(usage?.input_tokens !== undefined && { inputTokens: usage.input_tokens }),
      ...(usage?.output_tokens !== undefined && { outputTokens: usage.output_tokens }),
    },
  };
}

type AnswerSegment = NonNullable<z.infer<typeof answerSchema>['segments']>[number];

function toSegment(segment: AnswerSegment): SpeechSegment {
  const { start, end, text, no_speech_prob, avg_logprob, compression_ratio } = segment;
  const signals = {
    ...(no_speech_prob !== undefined && { noSpeechProbability: no_speech_prob }),
    ...(avg_logprob !== undefined && { averageLogProbability: avg_logprob }),
    ...(compression_ratio !== undefined && { compressionRatio: compression_ratio }),
  };
  return { start, end, text, ...(Object.keys(signals).length > 0 && { signals }) };
}

/** Whisper sometimes gives times beyond the end of the audio. */
function within({ start, end, text, ...rest }: SpeechSegment, durationSeconds: number): SpeechSegment {
  const from = Math.min(Math.max(0, start), durationSeconds);
  return { start: from, end: Math.min(Math.max(from, end), durationSeconds), text: text.trim(), ...rest };
}
