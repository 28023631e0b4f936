import { DomainEvent, reprocessingOf } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { Instruction, run, Saga } from './saga';

/**
 * Asks recordings for what their batch wants, and has what becomes of them told to it. Which recording is next, and how many
 * at once, the batch decides; what came of a batch is known by its correlation.
 */
export const reprocessingSaga: Saga = {
  name: 'reprocessing-saga',
  filter: {
    types: [
      ...['ReprocessingItemStarted', 'ReprocessingItemsRejected'],
      ...['TranscriptAssembled', 'NoSpeechFound', 'ChunkTranscriptionFailed', 'RecordingStageFailed'],
      ...['AnalysisCompleted', 'AnalysisFailed'],
      ...['RecordingErased', 'RecordingCancelled', 'ReportCancelled'],
    ],
  },
  react,
};

function react(event: Recorded<DomainEvent>): Instruction[] {
  switch (event.type) {
    case 'ReprocessingItemStarted': {
      const { reprocessingId, recordingId, work } = event.data;
      return [run({ type: 'ReprocessRecording', recordingId, reprocessingId, work })];
    }
    case 'ReprocessingItemsRejected':
      return event.data.items.map(({ recordingId, result }) =>
        result.kind === 'transcript'
          ? run({ type: 'RejectTranscript', recordingId, transcriptVersion: result.transcriptVersion })
          : run({ type: 'RejectReport', recordingId, reportId: result.reportId }),
      );
    case 'TranscriptAssembled':
    case 'NoSpeechFound':
      // The first transcript is of no batch. A later one may have come of somebody's retry, and be a batch's all the same.
      return event.data.transcriptVersion === 1 ? [] : [review(event.data, batchOf(event))];
    case 'ChunkTranscriptionFailed':
    case 'RecordingStageFailed':
    case 'AnalysisCompleted':
    case 'AnalysisFailed':
      return batchOf(event) === null ? [] : [review(event.data, batchOf(event))];
    // Of somebody who knows of no batch.
    case 'RecordingErased':
    case 'RecordingCancelled':
    case 'ReportCancelled':
      return [review(event.data, null)];
    default:
      return [];
  }
}

function batchOf({ metadata }: Recorded<DomainEvent>): string | null {
  return reprocessingOf(metadata.$correlationId);
}

function review({ recordingId }: { recordingId: string }, reprocessingId: string | null): Instruction {
  return run({ type: 'ReviewReprocessed', recordingId, reprocessingId });
}
