import { z } from 'zod';
import { channel } from './channels';

/** Seconds from the start of the recording (or of the chunk, where a schema says so). */
export const seconds = z.number().min(0);

/** ISO 639-1 code, or null when it is not known (yet). */
export const language = z.string().min(2).max(8).nullable();

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Which model made a result, and with what settings. */
export const modelIdentity = z.object({
  provider: z.string().min(1),
  model: z.string().min(1),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type ModelIdentity = z.infer<typeof modelIdentity>;

/** What a call to a model took. `costUsd` is null when the price of the model is not known. */
export const callRecord = z.object({
  model: modelIdentity,
  /** Key under which the paid result is stored (invariant 6). */
  resultKey: sha256,
  usage: z.object({
    audioSeconds: z.number().min(0).nullable(),
    inputTokens: z.number().int().min(0).nullable(),
    outputTokens: z.number().int().min(0).nullable(),
  }),
  costUsd: z.number().min(0).nullable(),
  durationMs: z.number().min(0),
  requestId: z.string().nullable(),
});
export type CallRecord = z.infer<typeof callRecord>;

/** Why a step failed: a code and where to ask, never the provider's raw words. */
export const failure = z.object({
  code: z.string().min(1),
  provider: z.string().nullable(),
  requestId: z.string().nullable(),
  attempts: z.number().int().min(1),
});
export type Failure = z.infer<typeof failure>;

export const embedderIdentity = z.object({
  provider: z.string().min(1),
  model: z.string().min(1),
  dimension: z.number().int().min(1),
});
export type RecordedEmbedder = z.infer<typeof embedderIdentity>;

/** What made a vector, as one string. Vectors of different names never meet in one index. */
export function embedderName({ provider, model, dimension }: RecordedEmbedder): string {
  return `${provider}/${model}/${dimension}`;
}

/** A stretch of time. */
export const stretch = z.object({ start: seconds, end: seconds });
export type Stretch = z.infer<typeof stretch>;

/** What kind of conversation was recorded; decides later which roles and reports make sense. */
export const SCENARIOS = ['interview', 'design-audit', 'note'] as const;
export const scenario = z.enum(SCENARIOS);
export type Scenario = z.infer<typeof scenario>;

/** One line of a transcript. `speaker` is the channel, where channels are transcribed separately; else null. */
export const transcriptLine = z.object({
  start: seconds,
  end: seconds,
  text: z.string().min(1),
  speaker: z.string().nullable(),
  /** Set when the recogniser gave no usable times. */
  timesEstimated: z.literal(true).optional(),
});
export type TranscriptLine = z.infer<typeof transcriptLine>;

/** A stretch that could not be transcribed, or whose text was taken to be invented, and why. */
export const gap = z.object({
  chunkIndex: z.number().int().min(0),
  start: seconds,
  end: seconds,
  code: z.string().min(1),
  /** The channel that lacks it; null: all of them. */
  channel,
});
export type Gap = z.infer<typeof gap>;

export const passage = z.object({
  id: z.uuid(),
  ordinal: z.number().int().min(0),
  /** Null for passages of a report, which has no time. */
  start: seconds.nullable(),
  end: seconds.nullable(),
  text: z.string().min(1),
  /** The sentences or lines that the passage is made of, each with its own times; empty for a report. */
  lines: z.array(z.object({ start: seconds, end: seconds, text: z.string().min(1) })),
});
export type Passage = z.infer<typeof passage>;
