import { PassageSource, ReprocessingWork } from '@voxpersona/domain';

/**
 * What a saga can have done. Jobs hold ids and versions only, never words of a recording: the queue is not sealed.
 * Every type has its activity in `../activities` and its lane in `LANE_OF`.
 */
export type Job =
  | { type: 'SplitAudio'; recordingId: string }
  | { type: 'TranscribeChunk'; recordingId: string; chunkIndex: number; round: number }
  /** Encodes the audio for listening, and measures its waveform. */
  | { type: 'MakeListeningCopy'; recordingId: string; copyVersion: number }
  | { type: 'AssembleTranscript'; recordingId: string; transcriptVersion: number }
  | { type: 'IndexTranscript'; recordingId: string; transcriptVersion: number }
  | {
      type: 'StartReport';
      recordingId: string;
      reportId: string;
      owner: string;
      reportType: string;
      transcriptVersion: number;
      language: string | null;
    }
  | { type: 'WriteReportPart'; recordingId: string; reportId: string; part: string; round: number }
  /** `again`: it was found before, and is to be found once more. */
  | { type: 'IndexReport'; recordingId: string; reportId: string; round: number; again?: boolean }
  /** Vectors by another embedder, for passages that were embedded before it was chosen. */
  | { type: 'ReembedPassages'; recordingId: string; source: PassageSource; embedder: string }
  /** Says that passages can be found, once the read models and the vector store hold them. */
  | { type: 'ConfirmIndexed'; recordingId: string; source: PassageSource; embedding: number }
  /** Vectors that a PassagesEmbedded names and that the store does not hold. */
  | { type: 'RepairVectors'; recordingId: string; source: PassageSource; embedder: string; eventId: string }
  | { type: 'CancelReport'; recordingId: string; reportId: string }
  /** Asks a recording for what its batch wants of it. */
  | { type: 'ReprocessRecording'; recordingId: string; reprocessingId: string; work: ReprocessingWork }
  /** Finds out what became of a recording in its batch; null: in every batch that ever asked it. */
  | { type: 'ReviewReprocessed'; recordingId: string; reprocessingId: string | null }
  | { type: 'RejectTranscript'; recordingId: string; transcriptVersion: number }
  | { type: 'RejectReport'; recordingId: string; reportId: string }
  | { type: 'EraseReport'; recordingId: string; reportId: string }
  | { type: 'EraseRecordingData'; recordingId: string }
  | { type: 'ReleaseAudioClaim'; recordingId: string; claimId: string }
  /** A file that was sent in a chat; `recordingId` is the one that it will have. */
  | { type: 'FetchMedia'; recordingId: string; chatId: string; intakeId: string }
  /** File name and caption of what became no recording of its own; `recordingId` is the one that it would have had. */
  | { type: 'ForgetIntake'; recordingId: string }
  /** A file that was too large for a chat came by the link that was offered there. */
  | { type: 'TellChatOfUpload'; recordingId: string; linkId: string; duplicate: boolean };

export type JobType = Job['type'];
export type JobOf<Type extends JobType> = Extract<Job, { type: Type }>;

/**
 * - `ready`      waits for its turn (`run_at` may lie ahead: a retry)
 * - `running`    a worker holds its lease
 * - `done`       its result is in the log
 * - `parked`     gave up; its failure is in the log; can be retried or cancelled
 * - `cancelled`  will not run: cancelled by hand, overtaken by a retry, or its recording was erased
 */
export type JobState = 'ready' | 'running' | 'done' | 'parked' | 'cancelled';

/** One row of the queue. Times are ISO 8601, UTC. */
export interface JobRecord {
  id: string;
  job: Job;
  lane: Lane;
  state: JobState;
  /** Runs that failed so far. */
  attempts: number;
  /** Of these, the ones before the last retry by hand. */
  forgivenAttempts: number;
  /** Runs that ended with their worker (crash, lost lease); not counted as attempts. */
  interruptions: number;
  correlationId: string;
  /** Id of the event that this job follows from. */
  causationId: string;
  /** Name of the saga that asked for it. */
  saga: string;
  /** Id of the workspace on whose behalf; null where an old event does not say. */
  owner: string | null;
  failureCode: string | null;
  failureProvider: string | null;
  failureRequestId: string | null;
}

/** Jobs of one lane compete for the same thing. Each lane has its own number of places per process. */
export type Lane =
  | 'media'
  | 'listening-copy'
  | 'speech-to-text'
  | 'language-model'
  | 'indexing'
  | 'reembedding'
  | 'vector-repair'
  | 'reprocessing'
  | 'chat'
  | 'housekeeping';

const LANE_OF: Record<JobType, Lane> = {
  SplitAudio: 'media',
  // Of its own, and with less of the processor: no split waits for a copy, and no copy waits for all splits.
  MakeListeningCopy: 'listening-copy',
  TranscribeChunk: 'speech-to-text',
  AssembleTranscript: 'housekeeping',
  IndexTranscript: 'housekeeping',
  StartReport: 'housekeeping',
  WriteReportPart: 'language-model',
  IndexReport: 'housekeeping',
  // Of its own: these wait for the read models, and nothing else must wait for them.
  ConfirmIndexed: 'indexing',
  // Of its own: a whole archive that is embedded anew must not hold up what came in today.
  ReembedPassages: 'reembedding',
  // Of its own: the next index waits for these, and they must not be called off with what is under way.
  RepairVectors: 'vector-repair',
  // Of its own: these belong to their batch, and go on when something of the recording is called off.
  ReprocessRecording: 'reprocessing',
  ReviewReprocessed: 'reprocessing',
  RejectTranscript: 'reprocessing',
  RejectReport: 'reprocessing',
  CancelReport: 'housekeeping',
  EraseReport: 'housekeeping',
  EraseRecordingData: 'housekeeping',
  ReleaseAudioClaim: 'housekeeping',
  FetchMedia: 'chat',
  TellChatOfUpload: 'housekeeping',
  ForgetIntake: 'housekeeping',
};

export function laneOf(job: Job): Lane {
  return LANE_OF[job.type];
}
