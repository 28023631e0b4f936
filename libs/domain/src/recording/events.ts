import { z } from 'zod';
import { channel, channelMode, mixedReason } from '../shared/channels';
import { defineEvent, EventOf } from '../shared/event-definition';
import { LateCallRecorded } from '../shared/late-call';
import { PassagesEmbedded } from '../shared/passages-embedded';
import { personal } from '../shared/personal';
import {
  callRecord,
  failure,
  gap,
  language,
  scenario,
  seconds,
  sha256,
  stretch,
  transcriptLine,
} from '../shared/values';
import { LISTENING_COPY_EVENTS } from './listening-copy/events';

const recordingId = z.uuid();
const index = z.number().int().min(0);
/** 0 for the first run; each retry of chunks starts the next round. */
const round = z.number().int().min(0);

/** Stages of a recording that run once for the whole recording; chunks have events of their own. */
export const RECORDING_STAGES = ['split', 'assemble', 'index', 'erase'] as const;
export const recordingStage = z.enum(RECORDING_STAGES);
export type RecordingStage = z.infer<typeof recordingStage>;

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

/**
 * The original was missing from the object store, or was not what had been uploaded, and somebody sent the same audio again:
 * these bytes are the original from now on.
 */
export const OriginalRestored = defineEvent(
  'OriginalRestored',
  z.object({
    recordingId,
    objectKey: z.string().min(1),
    /** The object that was the original before: of several senders the first one wins. */
    replacedObjectKey: z.string().min(1),
  }),
);

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

/** How the file is laid on the timeline of the recording; all times of the recording are times on it. */
const timeline = z.object({
  /** Which of the audio streams. */
  track: index,
  /** Share of each channel in the mono mix. */
  mix: z.array(z.number()).min(1),
  /** Byte ranges of files that were joined into one; empty: the file is one. */
  parts: z.array(
    z.object({ from: z.number().int().min(0), to: z.number().int().min(1), ignoreLength: z.boolean() }),
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

/** More chunks may be transcribed: the language is known now, or the next chunk is asked for it. */
export const ChunksReleased = defineEvent(
  'ChunksReleased',
  z.object({ recordingId, chunks: z.array(index).min(1) }),
);

/** The language was not given; this chunk told it, and all others are transcribed in it. */
export const LanguageDetected = defineEvent(
  'LanguageDetected',
  z.object({ recordingId, chunkIndex: index, language: z.string().min(2).max(8) }),
);

/** Times are seconds from the start of the chunk. */
const spokenSegment = stretch.extend({
  text: z.string().min(1),
  /** The words of the text in order, where the recogniser gave word times. */
  words: z.array(stretch.extend({ text: z.string().min(1) })).optional(),
  /** Set when the recogniser gave no usable times. */
  timesEstimated: z.literal(true).optional(),
});

export const ChunkTranscribed = defineEvent(
  'ChunkTranscribed',
  z.object({
    recordingId,
    round,
    chunkIndex: index,
    /** Seconds from the start of the chunk. Empty: no speech in it. */
    segments: personal(z.array(spokenSegment)),
    language,
    /** Stretches where text is missing or was taken to be invented, in seconds from the start of the chunk. */
    gaps: z.array(stretch.extend({ code: z.string().min(1) })),
    /** Text that was left out, and by which rule: kept so that people can judge the rule. Seconds from the start of the chunk. */
    removed: personal(z.array(stretch.extend({ code: z.string().min(1), text: z.string().min(1) }))),
    call: callRecord,
    /** Calls for this chunk whose results were not used: they cost all the same. */
    discardedCalls: z.array(callRecord),
  }),
  {
    version: 3,
    upcasters: {
      1: (data) => ({ ...data, gaps: [], discardedCalls: [] }),
      // Version 3 added words with times, which are optional, and what was removed, which was not kept before.
      2: (data) => ({ ...data, removed: [] }),
    },
  },
);

export const ChunkTranscriptionFailed = defineEvent(
  'ChunkTranscriptionFailed',
  z.object({ recordingId, round, chunkIndex: index, start: seconds, end: seconds, failure }),
);

/** No chunk of this round is still in the works. */
export const AllChunksTranscribed = defineEvent(
  'AllChunksTranscribed',
  z.object({
    recordingId,
    /** Version that the transcript made from these chunks will have. */
    transcriptVersion: z.number().int().min(1),
    transcribed: z.number().int().min(0),
    failed: z.number().int().min(0),
  }),
);

export const TranscriptAssembled = defineEvent(
  'TranscriptAssembled',
  z.object({
    recordingId,
    transcriptVersion: z.number().int().min(1),
    language,
    lines: personal(z.array(transcriptLine).min(1)),
    gaps: z.array(gap),
    wordCount: z.number().int().min(1),
  }),
  // Version 2 says which lines have estimated times, which nobody knew before, and names the channels of gaps.
  { version: 2, upcasters: { 1: gapsBeforeChannels } },
);

function gapsBeforeChannels(data: Record<string, unknown>): Record<string, unknown> {
  return { ...data, gaps: (data.gaps as object[]).map((one) => ({ ...one, channel: null })) };
}

/** Everything that could be transcribed holds no speech. Said as such, never shown as an empty transcript. */
export const NoSpeechFound = defineEvent(
  'NoSpeechFound',
  z.object({ recordingId, transcriptVersion: z.number().int().min(1), gaps: z.array(gap) }),
  { version: 2, upcasters: { 1: gapsBeforeChannels } },
);

/** Somebody wants the transcript of before; this one stays in the log, and can be read by its version. */
export const TranscriptRejected = defineEvent(
  'TranscriptRejected',
  z.object({
    recordingId,
    transcriptVersion: z.number().int().min(1),
    /** Reports on it; they go with it. */
    reportIds: z.array(z.uuid()),
    /** The transcript that is current from now on; null where another one than the rejected was, and stays so. */
    restored: z
      .object({
        transcriptVersion: z.number().int().min(1),
        /** Nobody speaks in it. */
        isSilent: z.boolean(),
        language,
        wordCount: z.number().int().min(0),
        /** Reports on it. */
        reportIds: z.array(z.uuid()),
      })
      .nullable(),
  }),
);

/** A report on this recording is wanted; its own stream begins with ReportRequested. */
export const ReportCommissioned = defineEvent(
  'ReportCommissioned',
  z.object({
    recordingId,
    owner: z.uuid(),
    reportId: z.uuid(),
    reportType: z.string().min(1),
    transcriptVersion: z.number().int().min(1),
    language,
  }),
);

export const RecordingStageFailed = defineEvent(
  'RecordingStageFailed',
  z.object({ recordingId, stage: recordingStage, failure }),
);

/** Someone asked to go on with what had failed or been cancelled. */
export const RecordingRetryRequested = defineEvent(
  'RecordingRetryRequested',
  z.object({
    recordingId,
    /** The round that the chunks named here belong to from now on. */
    round,
    chunks: z.array(index),
    stages: z.array(recordingStage),
    /** Version that is to be assembled or indexed when `stages` says so; null when there is none yet. */
    transcriptVersion: z.number().int().min(1).nullable(),
    /** Reports whose beginning may have been called off by a cancellation. */
    reports: z.array(
      z.object({
        reportId: z.uuid(),
        reportType: z.string().min(1),
        transcriptVersion: z.number().int().min(1),
        language,
        owner: z.uuid(),
      }),
    ),
  }),
  { version: 2, upcasters: { 1: (data) => ({ ...data, reports: [] }) } },
);

/**
 * Someone asked for another transcript beside the one that is there: with another language, or because the recogniser is
 * another one by now. Every chunk is transcribed again, and what comes of it has a version of its own.
 */
export const RetranscriptionRequested = defineEvent(
  'RetranscriptionRequested',
  z.object({
    recordingId,
    /** The round that the chunks belong to from now on. */
    round,
    chunks: z.array(index).min(1),
    /** Of the speech; null: as it is known already. */
    language,
  }),
);

/** Someone asked to stop. What is there stays, and can be gone on with. */
export const RecordingCancelled = defineEvent(
  'RecordingCancelled',
  z.object({ recordingId, reportIds: z.array(z.uuid()) }),
);

/** All details, as they are after somebody changed some, or the scenario that tells which are needed. */
export const DetailsProvided = defineEvent(
  'DetailsProvided',
  z.object({
    recordingId,
    /** What the recording is from now on; null: as before. */
    scenario: scenario.nullable(),
    details: personal(z.record(z.string(), z.string())),
    /** How often they were changed since the upload. */
    detailsVersion: z.number().int().min(1),
  }),
  { version: 2, upcasters: { 1: (data) => ({ ...data, scenario: null }) } },
);

/** Decided: this recording and all that stands on it goes. From here on nothing is recorded for it. */
export const RecordingErased = defineEvent(
  'RecordingErased',
  z.object({ recordingId, owner: z.uuid(), claimId: z.uuid(), reportIds: z.array(z.uuid()) }),
);

/** Done: key destroyed, objects, stored results and vectors deleted. */
export const RecordingErasureCompleted = defineEvent(
  'RecordingErasureCompleted',
  z.object({
    recordingId,
    objectsDeleted: z.number().int().min(0),
    storedResultsDeleted: z.number().int().min(0),
    vectorsDeleted: z.number().int().min(0),
  }),
);

export const RECORDING_EVENTS = [
  AudioUploaded,
  OriginalRestored,
  AudioSplit,
  ChunksReleased,
  LanguageDetected,
  ChunkTranscribed,
  ChunkTranscriptionFailed,
  AllChunksTranscribed,
  TranscriptAssembled,
  NoSpeechFound,
  TranscriptRejected,
  ReportCommissioned,
  PassagesEmbedded,
  RecordingStageFailed,
  RecordingRetryRequested,
  RetranscriptionRequested,
  RecordingCancelled,
  LateCallRecorded,
  ...LISTENING_COPY_EVENTS,
  DetailsProvided,
  RecordingErased,
  RecordingErasureCompleted,
] as const;

export type RecordingEvent = EventOf<(typeof RECORDING_EVENTS)[number]>;
