import { z } from 'zod';
import { defineEvent, EventOf } from '../shared/event-definition';
import { LateCallRecorded } from '../shared/late-call';
import { Indexed } from '../shared/indexing';
import { PassagesEmbedded } from '../shared/passages-embedded';
import { personal } from '../shared/personal';
import {
  callRecord,
  failure,
  gap,
  language,
  scenario,
  seconds,
  stretch,
  transcriptLine,
} from '../shared/values';
import { AudioSplit, AudioUploaded } from './audio-events';
import { LISTENING_COPY_EVENTS } from './listening-copy/events';

export * from './audio-events';

const recordingId = z.uuid();
const index = z.number().int().min(0);
/** 0 for the first run; each retry of chunks starts the next round. */
const round = z.number().int().min(0);

/** Stages of a recording that run once for the whole recording; chunks have events of their own. */
export const RECORDING_STAGES = ['split', 'assemble', 'index', 'erase'] as const;
export const recordingStage = z.enum(RECORDING_STAGES);
export type RecordingStage = z.infer<typeof recordingStage>;

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
  Indexed,
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
