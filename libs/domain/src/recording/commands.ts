import { EventOf } from '../shared/event-definition';
import { PassagesEmbedded } from '../shared/passages-embedded';
import { Failure, Scenario, TranscriptLine } from '../shared/values';
import {
  AudioSplit,
  AudioUploaded,
  ChunkTranscribed,
  RecordingErasureCompleted,
  RecordingStage,
} from './events';
import { ListeningCopyMade } from './listening-copy/events';

type DataOf<D> = EventOf<D> extends { data: infer Data } ? Data : never;

/** What can be asked of a recording. The recording is the stream that the command is sent to. */
export type RecordingCommand =
  | { type: 'UploadAudio'; audio: DataOf<typeof AudioUploaded> }
  /** The same audio lies under `objectKey`; the object that is the original now is missing. */
  | { type: 'RestoreOriginal'; objectKey: string; replacedObjectKey: string }
  | {
      type: 'RecordSplit';
      split: Omit<DataOf<typeof AudioSplit>, 'recordingId' | 'firstChunks'>;
      /** Whether the recogniser finds out the language by itself when it is not told. */
      detectsLanguage: boolean;
    }
  | {
      type: 'RecordChunkTranscription';
      result: Omit<DataOf<typeof ChunkTranscribed>, 'recordingId'>;
      /** Whether the language of the result was heard, not given or the only one that the recogniser knows. */
      languageWasDetected: boolean;
    }
  | { type: 'RecordChunkFailure'; round: number; chunkIndex: number; failure: Failure }
  | {
      type: 'RecordTranscript';
      transcriptVersion: number;
      language: string | null;
      /** Empty: no speech was found. */
      lines: TranscriptLine[];
    }
  | {
      type: 'RecordPassages';
      embedded: Omit<DataOf<typeof PassagesEmbedded>, 'recordingId' | 'owner' | 'embedding'>;
    }
  /** The passages of this `PassagesEmbedded` can be found by words and by vectors. */
  | { type: 'RecordIndexed'; embedding: number }
  | { type: 'RecordIndexingFailure'; embedding: number; failure: Failure }
  | { type: 'RecordStageFailure'; stage: RecordingStage; failure: Failure }
  /** `lostObjectKey`: an object of the copy that is missing from the object store; null: none is known to be missing. */
  | { type: 'RequestListeningCopy'; lostObjectKey: string | null }
  | { type: 'RecordListeningCopy'; copy: Omit<DataOf<typeof ListeningCopyMade>, 'recordingId'> }
  | { type: 'RecordListeningCopyFailure'; copyVersion: number; failure: Failure }
  | { type: 'RequestRetry' }
  | { type: 'CancelProcessing' }
  | {
      type: 'ProvideDetails';
      /** A merge patch: null removes a detail. Normalised before: see `normaliseDetails`. */
      changes: Readonly<Record<string, string | null>>;
      /** What the recording is to be; left out: as it is. */
      scenario?: Scenario | undefined;
      /** `detailsVersion` that the change stands on; null: whatever it is. */
      expectedVersion: number | null;
    }
  /** `language` null: the transcript's own. `again`: beside the one that is there, by the model and prompts of now. */
  | { type: 'CommissionReport'; reportType: string; language: string | null; again?: boolean }
  /** `language` of the speech; null: as it is known already. */
  | { type: 'RequestRetranscription'; language: string | null }
  /** The one before is current again. */
  | { type: 'RejectTranscript'; transcriptVersion: number }
  | { type: 'EraseRecording' }
  | { type: 'RecordErasure'; erasure: Omit<DataOf<typeof RecordingErasureCompleted>, 'recordingId'> };
