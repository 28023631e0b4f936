import { createHash, randomUUID } from 'node:crypto';
import { FormerEvent } from './former-versions';

/** The audio of an old recording, and how long it is. */
export interface OldAudio {
  content: Buffer;
  durationSeconds: number;
}

/** A transcribed recording as builds wrote it that knew neither timelines nor listening copies. */
export function oldRecording(
  owner: string,
  { content, durationSeconds }: OldAudio,
): { recordingId: string; objectKey: string; events: FormerEvent[] } {
  const recordingId = randomUUID();
  const stream = `recording-${recordingId}`;
  const objectKey = `recordings/${recordingId}/original`;
  const sha256 = createHash('sha256').update(content).digest('hex');
  const text = 'the breakfast was late';
  const of = (type: string, data: object): FormerEvent => ({
    stream,
    type,
    schemaVersion: 1,
    data: { recordingId, ...data },
  });
  const audio = { durationSeconds, container: 'wav', codec: 'pcm_s16le', sampleRate: 48_000, channels: 1 };
  const chunk = { index: 0, start: 0, end: durationSeconds, overlapSeconds: 0, sizeBytes: 1, sha256 };
  const call = {
    model: { provider: 'openai', model: 'whisper-1', parameters: {} },
    resultKey: sha256,
    usage: { audioSeconds: durationSeconds, inputTokens: null, outputTokens: null },
    costUsd: null,
    durationMs: 5,
    requestId: null,
  };
  const events = [
    of('AudioUploaded', {
      owner,
      claimId: randomUUID(),
      fileName: 'old.wav',
      sizeBytes: content.length,
      sha256,
      objectKey,
      audio,
      scenario: 'note',
      language: 'en',
      details: {},
      reports: [],
    }),
    of('AudioSplit', {
      durationSeconds,
      chunks: [{ ...chunk, objectKey: `${objectKey}-chunk` }],
      engine: 'ffmpeg',
      promptContext: '',
    }),
    of('ChunkTranscribed', {
      round: 0,
      chunkIndex: 0,
      language: 'en',
      segments: [{ start: 0, end: 2, text }],
      call,
    }),
    of('AllChunksTranscribed', { transcriptVersion: 1, transcribed: 1, failed: 0 }),
    of('TranscriptAssembled', {
      transcriptVersion: 1,
      language: 'en',
      lines: [{ start: 0, end: 2, text, speaker: null }],
      gaps: [],
      wordCount: 4,
    }),
  ];
  return { recordingId, objectKey, events };
}
