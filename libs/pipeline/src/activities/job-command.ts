import { Command } from '@nestjs/cqrs';
import { CommandContext } from '@voxpersona/event-store';
import { JobOf, JobType } from '../jobs/job';

/** What a job's run brings along besides the job itself. */
export interface JobRun {
  /** Aborts when the job is called off or the process shuts down. */
  signal: AbortSignal;
  /** For the command that reports the result; the same in every run of the job. */
  context: CommandContext;
}

abstract class JobCommand<Type extends JobType> extends Command<void> {
  constructor(
    readonly job: JobOf<Type>,
    readonly run: JobRun,
  ) {
    super();
  }
}

export class SplitAudio extends JobCommand<'SplitAudio'> {}
export class MakeListeningCopy extends JobCommand<'MakeListeningCopy'> {}
export class TranscribeChunk extends JobCommand<'TranscribeChunk'> {}
export class AssembleTranscript extends JobCommand<'AssembleTranscript'> {}
export class IndexTranscript extends JobCommand<'IndexTranscript'> {}
export class StartReport extends JobCommand<'StartReport'> {}
export class WriteReportPart extends JobCommand<'WriteReportPart'> {}
export class IndexReport extends JobCommand<'IndexReport'> {}
export class ReembedPassages extends JobCommand<'ReembedPassages'> {}
export class ConfirmIndexed extends JobCommand<'ConfirmIndexed'> {}
export class RepairVectors extends JobCommand<'RepairVectors'> {}
export class CancelReport extends JobCommand<'CancelReport'> {}
export class ReprocessRecording extends JobCommand<'ReprocessRecording'> {}
export class ReviewReprocessed extends JobCommand<'ReviewReprocessed'> {}
export class RejectTranscript extends JobCommand<'RejectTranscript'> {}
export class RejectReport extends JobCommand<'RejectReport'> {}
export class EraseReport extends JobCommand<'EraseReport'> {}
export class EraseRecordingData extends JobCommand<'EraseRecordingData'> {}
export class ReleaseAudioClaim extends JobCommand<'ReleaseAudioClaim'> {}
export class FetchMedia extends JobCommand<'FetchMedia'> {}
export class TellChatOfUpload extends JobCommand<'TellChatOfUpload'> {}
export class ForgetIntake extends JobCommand<'ForgetIntake'> {}

/** The command of every type of job; a new type does not compile until it is here. */
const JOB_COMMANDS: {
  [Type in JobType]: new (job: JobOf<Type>, run: JobRun) => JobCommand<Type>;
} = {
  SplitAudio,
  MakeListeningCopy,
  TranscribeChunk,
  AssembleTranscript,
  IndexTranscript,
  StartReport,
  WriteReportPart,
  IndexReport,
  ReembedPassages,
  ConfirmIndexed,
  RepairVectors,
  CancelReport,
  ReprocessRecording,
  ReviewReprocessed,
  RejectTranscript,
  RejectReport,
  EraseReport,
  EraseRecordingData,
  ReleaseAudioClaim,
  FetchMedia,
  TellChatOfUpload,
  ForgetIntake,
};

/** The command that carries out a job. */
export function jobCommand<Type extends JobType>(
  type: Type,
  job: JobOf<Type>,
  run: JobRun,
): JobCommand<Type> {
  return new JOB_COMMANDS[type](job, run);
}
