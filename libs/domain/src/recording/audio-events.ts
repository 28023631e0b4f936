import { z } from 'zod';
import { channel, channelMode, mixedReason } from '../shared/channels';
import { defineEvent } from '../shared/event-definition';
import { personal } from '../shared/personal';
import { language, scenario, seconds, sha256, stretch } from '../shared/values';

// How a recording begins: its audio comes in, and is cut.

const recordingId = z.uuid();
const index = z.number().int().min(0);

const audioTrack = z.object({
  codec: z.string(),
  channels: z.number().int().min(0),
  /** As the file's maker tagged it. */
  language: z.string().nullable(),
  title: z.string().nullable(),
  /** The track that is transcribed. */
  chosen: z.boolean(),
});

export const AudioUploaded = defineEvent(
  'AudioUploaded',
  z.object({
    recordingId,
    owner: z.uuid(),
    /** The claim that makes this audio of this owner one recording; released on erasure. */
    claimId: z.uuid(),
    fileName: personal(z.string()),
    sizeBytes: z.number().int().min(1),
    sha256,
    objectKey: z.string().min(1),
    audio: z.object({
      durationSeconds: seconds,
      container: z.string(),
      codec: z.string(),
      sampleRate: z.number().int().min(0),
      channels: z.number().int().min(0),
      /** The file was cut off. How long it says it is; null where it does not say. */
      endsEarly: z.object({ declaredSeconds: seconds.nullable() }).nullable(),
      longerThanDeclared: z.object({ declaredSeconds: seconds }).nullable(),
      /** All audio streams, in the order of the file; empty where they were not recorded. */
      tracks: z.array(audioTrack),
    }),
    /** Whether the channels are to be transcribed separately. */
    channels: channelMode,
    scenario,
    /** Language of the speech as the user gave it; null: detect. */
    language,
    details: personal(z.record(z.string(), z.string())),
    /** Types of the reports to write once the transcript is there. */
    reports: z.array(z.string().min(1)),
  }),
  { version: 2, upcasters: { 1: uploadBeforeTracks } },
);

/** Before version 2 files that end early were refused, only the first track was looked at, and channels were mixed. */
function uploadBeforeTracks(data: Record<string, unknown>): Record<string, unknown> {
  const audio = data.audio as Record<string, unknown>;
  const untold = { endsEarly: null, longerThanDeclared: null, tracks: [] };
  return { ...data, audio: { ...audio, ...untold }, channels: 'mixed' };
}

export const audioChunk = z.object({
  /** Runs on through all channels. */
  index,
  channel,
  start: seconds,
  end: seconds,
  /** Seconds at its start that the chunk before holds too. */
  overlapSeconds: seconds,
  objectKey: z.string().min(1),
  sizeBytes: z.number().int().min(1),
  sha256,
  /** Where it is silent, in seconds from its start: text there is not believed. */
  silences: z.array(stretch),
  /** Where something that may be speech is heard, in seconds from its start; null where that was not measured. */
  speech: z.array(stretch).nullable(),
});
export type RecordedChunk = z.infer<typeof audioChunk>;

const byteRange = z.object({ from: z.number().int().min(0), to: z.number().int().min(1) });

const channelMix = z.object({
  /** Share of each channel in the mono mix. */
  mix: z.array(z.number()).min(1),
  /** Share of each channel in a second mix, added a quarter turn out of phase; left out: there is none. */
  quadrature: z.array(z.number()).optional(),
});

/** How the file is laid on the timeline of the recording; all times of the recording are times on it. */
const timeline = channelMix.extend({
  /** Which of the audio streams. */
  track: index,
  /** Byte ranges of files that were joined into one; empty: the file is one. */
  parts: z.array(
    byteRange.extend({
      ignoreLength: z.boolean(),
      /** What of the file stands before this part; left out: nothing. */
      head: z.array(byteRange).optional(),
      /** Left out: the mix of the timeline. */
      channels: channelMix.optional(),
    }),
  ),
  clock: z.enum(['presentation', 'samples']),
  /** Times are the file's own timestamps. */
  seekable: z.boolean(),
  /** Length that the container declares. */
  declaredEnd: seconds.nullable(),
});
export type RecordedTimeline = z.infer<typeof timeline>;

export const AudioSplit = defineEvent(
  'AudioSplit',
  z.object({
    recordingId,
    durationSeconds: seconds,
    /** Of one channel after the other; those of a channel in order of time. */
    chunks: z.array(audioChunk).min(1),
    /** Why channels that were to be separate are mixed; null: they are as they were asked for. */
    mixedBecause: mixedReason.nullable(),
    /** Chunks to transcribe at once; the others wait until a chunk has told the language. */
    firstChunks: z.array(index).min(1),
    /** Program and version that cut the audio. */
    engine: z.string(),
    /** Names and terms for the recogniser, fixed here so that no chunk's input depends on timing. */
    promptContext: personal(z.string()),
    /** What the file lacks: lost packets, and the end of a file that was cut off. Seconds of the recording. */
    gaps: z.array(stretch.extend({ code: z.string().min(1) })),
    /** Null: times count the decoded samples of the first track. */
    timeline: timeline.nullable(),
  }),
  { version: 3, upcasters: { 1: splitBeforeLanguages, 2: splitBeforeTimelines } },
);

/** Before version 2 all chunks were transcribed at once, and silence was not recorded. */
function splitBeforeLanguages(data: Record<string, unknown>): Record<string, unknown> {
  const chunks = (data.chunks as { index: number }[]).map((chunk) => ({ ...chunk, silences: [] }));
  return { ...data, chunks, firstChunks: chunks.map((chunk) => chunk.index) };
}

/** Before version 3 times counted the decoded samples, no voice activity was measured, and channels were mixed. */
function splitBeforeTimelines(data: Record<string, unknown>): Record<string, unknown> {
  const chunks = (data.chunks as object[]).map((chunk) => ({ ...chunk, channel: null, speech: null }));
  return { ...data, chunks, mixedBecause: null, gaps: [], timeline: null };
}
