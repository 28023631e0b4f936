import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import {
  AcceptInvitationHandler,
  Denials,
  InviteMemberHandler,
  IssueApiKeyHandler,
  RemoveMemberHandler,
  RotateApiKeyHandler,
  RecentWorkspaces,
  Workspaces,
} from './access';
import { AssembleTranscriptHandler } from './activities/assemble-transcript.handler';
import { CancelReportHandler } from './activities/cancel-report.handler';
import {
  EraseRecordingDataHandler,
  EraseReportHandler,
  ForgetIntakeHandler,
  ReleaseAudioClaimHandler,
} from './activities/erase.handlers';
import { FetchMediaHandler } from './activities/fetch-media.handler';
import { TellChatOfUploadHandler } from './activities/tell-chat-of-upload.handler';
import { GivingUp } from './activities/giving-up';
import { ConfirmIndexedHandler } from './activities/confirm-indexed.handler';
import { CurrentSources } from './activities/current-sources';
import { PassageIndexer } from './activities/passage-indexer';
import { IndexReportHandler } from './activities/index-report.handler';
import { IndexTranscriptHandler } from './activities/index-transcript.handler';
import { RepairVectorsHandler } from './activities/repair-vectors.handler';
import { ReembedPassagesHandler } from './activities/reembed-passages.handler';
import { RecordedEvents } from './activities/recorded-events';
import { RejectReportHandler, RejectTranscriptHandler } from './activities/reject.handlers';
import { ReprocessRecordingHandler } from './activities/reprocess-recording.handler';
import { MakeListeningCopyHandler } from './activities/make-listening-copy.handler';
import { IntakeReporter } from './activities/intake-reporter';
import { ResultReporter } from './activities/result-reporter';
import { ReviewReprocessedHandler } from './activities/review-reprocessed.handler';
import { SplitAudioHandler } from './activities/split-audio.handler';
import { StartReportHandler } from './activities/start-report.handler';
import { TranscribeChunkHandler } from './activities/transcribe-chunk.handler';
import { WriteReportPartHandler } from './activities/write-report-part.handler';
import { AcceptUploadHandler } from './commands/accept-upload';
import { AudioClaims } from './commands/audio-claims';
import { CancelRecordingHandler } from './commands/cancel-recording';
import { CommissionReportHandler } from './commands/commission-report';
import { RetranscribeRecordingHandler } from './commands/retranscribe-recording';
import { EraseRecordingHandler } from './commands/erase-recording';
import { Reprocessings } from './commands/reprocessings';
import { ProvideDetailsHandler } from './commands/provide-details';
import { RequestListeningCopyHandler } from './commands/request-listening-copy';
import { RetryRecordingHandler } from './commands/retry-recording';
import { TelegramAccounts } from './telegram/telegram-accounts';
import { ClipCutter, ListeningCopies, LISTENING_PROVIDERS } from './listening-copies';
import { Originals } from './originals';
import { ORIGINALS_PROVIDER } from './originals/originals-provider';
import { PipelineRunner } from './pipeline-runner';
import { Sweeper } from './sweeper/sweeper';
import { SWEEPER_PROVIDER } from './sweeper/sweeper-provider';
import { IssueUploadLinkHandler, RevokeUploadLinkHandler, UploadLinks } from './upload-links';

const ACTIVITIES = [
  SplitAudioHandler,
  MakeListeningCopyHandler,
  TranscribeChunkHandler,
  AssembleTranscriptHandler,
  IndexTranscriptHandler,
  StartReportHandler,
  WriteReportPartHandler,
  IndexReportHandler,
  ReembedPassagesHandler,
  ConfirmIndexedHandler,
  RepairVectorsHandler,
  CancelReportHandler,
  ReprocessRecordingHandler,
  ReviewReprocessedHandler,
  RejectTranscriptHandler,
  RejectReportHandler,
  EraseReportHandler,
  EraseRecordingDataHandler,
  ReleaseAudioClaimHandler,
  FetchMediaHandler,
  TellChatOfUploadHandler,
  ForgetIntakeHandler,
];

const COMMANDS = [
  AcceptUploadHandler,
  RetryRecordingHandler,
  RequestListeningCopyHandler,
  CancelRecordingHandler,
  ProvideDetailsHandler,
  CommissionReportHandler,
  RetranscribeRecordingHandler,
  EraseRecordingHandler,
];

const ACCESS = [
  IssueApiKeyHandler,
  RotateApiKeyHandler,
  InviteMemberHandler,
  AcceptInvitationHandler,
  RemoveMemberHandler,
  Workspaces,
  RecentWorkspaces,
  Denials,
  TelegramAccounts,
];

const UPLOAD_LINKS = [IssueUploadLinkHandler, RevokeUploadLinkHandler, UploadLinks];

/** Commands of people, activities of jobs, and what drives them. Adapters come from the application's global module. */
@Module({
  imports: [CqrsModule],
  providers: [
    ...ACTIVITIES,
    ...COMMANDS,
    ...ACCESS,
    ...UPLOAD_LINKS,
    ORIGINALS_PROVIDER,
    ...LISTENING_PROVIDERS,
    AudioClaims,
    RecordedEvents,
    Reprocessings,
    IntakeReporter,
    ResultReporter,
    CurrentSources,
    PassageIndexer,
    GivingUp,
    PipelineRunner,
    SWEEPER_PROVIDER,
  ],
  exports: [
    CqrsModule,
    Originals,
    ListeningCopies,
    ClipCutter,
    PipelineRunner,
    RecordedEvents,
    Reprocessings,
    Sweeper,
    Workspaces,
    RecentWorkspaces,
    Denials,
    UploadLinks,
    TelegramAccounts,
  ],
})
export class PipelineModule {}
