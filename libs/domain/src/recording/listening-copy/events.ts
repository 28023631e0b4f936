import { z } from 'zod';
import { defineEvent } from '../../shared/event-definition';
import { failure, seconds, sha256 } from '../../shared/values';

const recordingId = z.uuid();
/** 1 for the first copy; every further request asks for the next one. */
const copyVersion = z.number().int().min(1);

const storedPart = z.object({ objectKey: z.string().min(1), sizeBytes: z.number().int().min(1), sha256 });
/** One of the objects of a listening copy. */
export type ListeningCopyPart = z.infer<typeof storedPart>;

/** A listening copy is wanted: transcription has begun, somebody asked for it, or an object of the last copy is missing. */
export const ListeningCopyRequested = defineEvent(
  'ListeningCopyRequested',
  z.object({
    recordingId,
    copyVersion,
    /** The object of the copy before that is missing from the object store; null: there is no such object. */
    lostObjectKey: z.string().min(1).nullable(),
  }),
);

/** The recording can be listened to in any browser, on the clock of its transcript. */
export const ListeningCopyMade = defineEvent(
  'ListeningCopyMade',
  z.object({
    recordingId,
    copyVersion,
    /** AAC-LC in MP4, mono. */
    audio: storedPart,
    /** Waveform in the JSON format of BBC audiowaveform, version 2. */
    peaks: storedPart,
    durationSeconds: seconds,
    /** Program and version that encoded it. */
    engine: z.string().min(1),
  }),
);

/** The listening copy could not be made. Nothing else of the recording depends on it. */
export const ListeningCopyFailed = defineEvent(
  'ListeningCopyFailed',
  z.object({ recordingId, copyVersion, failure }),
);

export const LISTENING_COPY_EVENTS = [
  ListeningCopyRequested,
  ListeningCopyMade,
  ListeningCopyFailed,
] as const;
