import { Inject } from '@nestjs/common';
import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { audioClaimDecider } from '@voxpersona/domain';
import { KeyRing } from '@voxpersona/event-store';
import { VectorStore } from '@voxpersona/vector-store';
import { ObjectStorage } from '../providers/object-storage';
import { ResultStore } from '../results/result-store';
import { KEY_RING, OBJECT_STORAGE } from '../tokens';
import { EraseRecordingData, EraseReport, ForgetIntake, ReleaseAudioClaim } from './job-command';
import { recordingPrefix } from './object-keys';
import { ResultReporter } from './result-reporter';

/** Destroys the key first, which makes everything sealed unreadable at once, then deletes what is left. */
@CommandHandler(EraseRecordingData)
export class EraseRecordingDataHandler implements ICommandHandler<EraseRecordingData> {
  constructor(
    @Inject(KEY_RING) private readonly keys: KeyRing,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    private readonly resultStore: ResultStore,
    private readonly vectors: VectorStore,
    private readonly results: ResultReporter,
  ) {}

  async execute({ job, run }: EraseRecordingData): Promise<void> {
    const { recordingId } = job;
    await this.keys.destroy(recordingId);
    const erasure = {
      objectsDeleted: await this.storage.deletePrefix(recordingPrefix(recordingId)),
      storedResultsDeleted: await this.resultStore.deleteRecording(recordingId),
      vectorsDeleted: await this.vectors.deleteRecording(recordingId),
    };
    await this.results.toRecording(recordingId, { type: 'RecordErasure', erasure }, run.context);
  }
}

/** Of a file that was sent in a chat and became no recording of its own: what it was called, and what was written with it. */
@CommandHandler(ForgetIntake)
export class ForgetIntakeHandler implements ICommandHandler<ForgetIntake> {
  constructor(@Inject(KEY_RING) private readonly keys: KeyRing) {}

  async execute({ job }: ForgetIntake): Promise<void> {
    await this.keys.destroy(job.recordingId);
  }
}

@CommandHandler(EraseReport)
export class EraseReportHandler implements ICommandHandler<EraseReport> {
  constructor(private readonly results: ResultReporter) {}

  async execute({ job, run }: EraseReport): Promise<void> {
    const { reportId, recordingId } = job;
    await this.results.toReport(reportId, { type: 'EraseReport', reportId, recordingId }, run.context);
  }
}

/** Lets the same audio be uploaded again, as a new recording. */
@CommandHandler(ReleaseAudioClaim)
export class ReleaseAudioClaimHandler implements ICommandHandler<ReleaseAudioClaim> {
  constructor(private readonly results: ResultReporter) {}

  async execute({ job, run }: ReleaseAudioClaim): Promise<void> {
    const { recordingId, claimId } = job;
    const command = { type: 'ReleaseAudio' as const, claimId, recordingId };
    await this.results.send(audioClaimDecider, claimId, command, run.context);
  }
}
