import { DomainEvent, RecordingStage } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { confirmIndexed, Instruction, run, Saga } from './saga';

type EventOfType<Type extends DomainEvent['type']> = Extract<Recorded<DomainEvent>, { type: Type }>;

/** Leads a recording from its upload to an indexed transcript, and an erased one to nothing. */
export const recordingSaga: Saga = {
  name: 'recording-saga',
  filter: { streamPrefixes: ['recording-'] },
  react,
};

function react(event: Recorded<DomainEvent>): Instruction[] {
  switch (event.type) {
    case 'AudioUploaded':
      return [run({ type: 'SplitAudio', recordingId: event.data.recordingId })];
    case 'AudioSplit':
      return event.data.firstChunks.map((index) => transcribe(event.data.recordingId, index, 0));
    case 'ChunksReleased':
      return event.data.chunks.map((index) => transcribe(event.data.recordingId, index, 0));
    case 'ListeningCopyRequested': {
      const { recordingId, copyVersion } = event.data;
      return [run({ type: 'MakeListeningCopy', recordingId, copyVersion })];
    }
    case 'AllChunksTranscribed':
      return event.data.transcribed > 0 ? [assemble(event.data)] : [];
    case 'TranscriptAssembled':
      return [index(event.data)];
    case 'PassagesEmbedded':
      return confirmIndexed(event);
    case 'TranscriptRejected':
      return reject(event);
    case 'ReportCommissioned':
      return [run({ type: 'StartReport', ...event.data })];
    case 'RecordingRetryRequested':
      return retry(event);
    case 'RetranscriptionRequested': {
      const { recordingId, round, chunks } = event.data;
      return chunks.map((index) => transcribe(recordingId, index, round));
    }
    case 'RecordingCancelled':
      return cancel(event);
    case 'RecordingErased':
      return erase(event);
    default:
      return [];
  }
}

/** What is current again was found before, and is to be found once more. */
function reject({ data }: EventOfType<'TranscriptRejected'>): Instruction[] {
  const { recordingId, reportIds, restored } = data;
  const gone = reportIds.map((reportId) => run({ type: 'RejectReport', recordingId, reportId }));
  if (!restored) return gone;
  const { transcriptVersion, isSilent } = restored;
  return [
    ...gone,
    ...(isSilent ? [] : [index({ recordingId, transcriptVersion })]),
    ...restored.reportIds.map((reportId) =>
      run({ type: 'IndexReport', recordingId, reportId, round: 0, again: true }),
    ),
  ];
}

function transcribe(recordingId: string, chunkIndex: number, round: number): Instruction {
  return run({ type: 'TranscribeChunk', recordingId, chunkIndex, round });
}

function assemble({
  recordingId,
  transcriptVersion,
}: {
  recordingId: string;
  transcriptVersion: number;
}): Instruction {
  return run({ type: 'AssembleTranscript', recordingId, transcriptVersion });
}

function index({
  recordingId,
  transcriptVersion,
}: {
  recordingId: string;
  transcriptVersion: number;
}): Instruction {
  return run({ type: 'IndexTranscript', recordingId, transcriptVersion });
}

function eraseData(recordingId: string): Instruction {
  return run({ type: 'EraseRecordingData', recordingId });
}

function retry({ data }: EventOfType<'RecordingRetryRequested'>): Instruction[] {
  const { recordingId, round, chunks, transcriptVersion } = data;
  const again = (stage: RecordingStage): Instruction[] => {
    switch (stage) {
      case 'split':
        return [run({ type: 'SplitAudio', recordingId })];
      case 'assemble':
        return transcriptVersion === null ? [] : [assemble({ recordingId, transcriptVersion })];
      case 'index':
        return transcriptVersion === null ? [] : [index({ recordingId, transcriptVersion })];
      case 'erase':
        return [eraseData(recordingId)];
    }
  };
  return [
    { kind: 'callOff', recordingId, states: 'parked' },
    ...chunks.map((chunkIndex) => transcribe(recordingId, chunkIndex, round)),
    ...data.stages.flatMap(again),
    // One that has begun finds itself begun.
    ...data.reports.map((report) => run({ type: 'StartReport', recordingId, ...report })),
  ];
}

function cancel({ data }: EventOfType<'RecordingCancelled'>): Instruction[] {
  const { recordingId, reportIds } = data;
  return [
    { kind: 'callOff', recordingId, states: 'underWay' },
    ...reportIds.map((reportId) => run({ type: 'CancelReport', recordingId, reportId })),
  ];
}

function erase({ data }: EventOfType<'RecordingErased'>): Instruction[] {
  const { recordingId, claimId, reportIds } = data;
  return [
    { kind: 'callOff', recordingId, states: 'unfinished' },
    ...reportIds.map((reportId) => run({ type: 'EraseReport', recordingId, reportId })),
    eraseData(recordingId),
    run({ type: 'ReleaseAudioClaim', recordingId, claimId }),
  ];
}
