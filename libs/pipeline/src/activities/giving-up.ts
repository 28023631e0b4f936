import { Injectable } from '@nestjs/common';
import { chatDecider, Failure, reprocessingDecider } from '@voxpersona/domain';
import { CommandContext } from '@voxpersona/event-store';
import { Job } from '../jobs/job';
import { ResultReporter } from './result-reporter';

/** Appends what a job's giving up means for its recording or report, so that it is seen there and can be retried. */
@Injectable()
export class GivingUp {
  constructor(private readonly results: ResultReporter) {}

  async record(job: Job, failure: Failure, context: CommandContext): Promise<void> {
    switch (job.type) {
      case 'SplitAudio':
        return this.stage(job.recordingId, 'split', failure, context);
      case 'AssembleTranscript':
        return this.stage(job.recordingId, 'assemble', failure, context);
      case 'IndexTranscript':
        return this.stage(job.recordingId, 'index', failure, context);
      case 'EraseRecordingData':
        return this.stage(job.recordingId, 'erase', failure, context);
      case 'TranscribeChunk': {
        const { recordingId, chunkIndex, round } = job;
        const command = { type: 'RecordChunkFailure' as const, round, chunkIndex, failure };
        return this.results.toRecording(recordingId, command, context);
      }
      case 'MakeListeningCopy': {
        const { recordingId, copyVersion } = job;
        const command = { type: 'RecordListeningCopyFailure' as const, copyVersion, failure };
        return this.results.toRecording(recordingId, command, context);
      }
      case 'WriteReportPart': {
        const { reportId, part, round } = job;
        return this.results.toReport(
          reportId,
          { type: 'RecordReportFailure', round, part, failure },
          context,
        );
      }
      case 'IndexReport': {
        const { reportId, round } = job;
        return this.results.toReport(
          reportId,
          { type: 'RecordReportIndexingFailure', round, failure },
          context,
        );
      }
      case 'ConfirmIndexed': {
        const { recordingId, source, embedding } = job;
        const command = { type: 'RecordIndexingFailure' as const, embedding, failure };
        return source.kind === 'report'
          ? this.results.toReport(source.reportId, command, context)
          : this.results.toRecording(recordingId, command, context);
      }
      case 'FetchMedia': {
        const { chatId, intakeId } = job;
        const command = { type: 'RecordNotStored' as const, intakeId, failure };
        return this.results.send(chatDecider, chatId, command, context);
      }
      case 'ReprocessRecording': {
        const { recordingId, reprocessingId } = job;
        const { code } = failure;
        const command = { type: 'RecordItemFailure' as const, recordingId, code, costUsd: null };
        return this.results.send(reprocessingDecider, reprocessingId, command, context);
      }
      // Re-embedding: the recording lacks nothing, the index before goes on serving. Missing vectors are shown with the index.
      // The others only write to the log
      // itself: when they cannot, no failure can be written either. In all cases the parked job tells.
      case 'ReembedPassages':
      case 'RepairVectors':
      case 'StartReport':
      case 'ReviewReprocessed':
      case 'RejectTranscript':
      case 'RejectReport':
      case 'CancelReport':
      case 'EraseReport':
      case 'ReleaseAudioClaim':
      case 'TellChatOfUpload':
      case 'ForgetIntake':
        return undefined;
    }
  }

  private stage(
    recordingId: string,
    stage: 'split' | 'assemble' | 'index' | 'erase',
    failure: Failure,
    context: CommandContext,
  ): Promise<void> {
    return this.results.toRecording(recordingId, { type: 'RecordStageFailure', stage, failure }, context);
  }
}
