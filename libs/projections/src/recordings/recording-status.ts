import { Gap, gapsOfChunk, gapsOfFile, inOrder } from '@voxpersona/domain';
import { RecordingView } from './recording-view';

/**
 * - `processing` on its way to a transcript
 * - `ready`      transcript assembled and searchable (it may have gaps)
 * - `no_speech`  transcribed, and nobody speaks in it
 * - `cancelled`  somebody stopped it; can be gone on with
 * - `failed`     a stage, or every chunk, was given up; can be retried
 * - `erasing`, `erased`
 */
export type RecordingStatus =
  'processing' | 'ready' | 'no_speech' | 'cancelled' | 'failed' | 'erasing' | 'erased';
export type ProcessingStage = 'splitting' | 'transcribing' | 'assembling' | 'indexing' | 'done';

/** What a user is told; worked out from the row, so that it can never disagree with it. */
export function statusOf(view: RecordingView): RecordingStatus {
  if (view.erasure !== 'none') return view.erasure === 'completed' ? 'erased' : 'erasing';
  if (view.cancelled) return 'cancelled';
  if (view.failures.length > 0) return 'failed';
  if (stageOf(view) !== 'done') return 'processing';
  const heard = view.chunks.some((chunk) => chunk.status === 'transcribed');
  if (!heard) return 'failed';
  return view.noSpeech ? 'no_speech' : 'ready';
}

export function stageOf(view: RecordingView): ProcessingStage {
  if (view.chunks.length === 0) return 'splitting';
  if (view.chunks.some((chunk) => chunk.status === 'pending')) return 'transcribing';
  const nothingHeard = view.chunks.every((chunk) => chunk.status === 'failed');
  if (nothingHeard) return 'done';
  if (view.announcedVersion === 0 || view.assembledVersion < view.announcedVersion) return 'assembling';
  if (!view.noSpeech && view.indexedVersion !== currentVersionOf(view)) return 'indexing';
  return 'done';
}

/** Whether the current transcript is found by words and by vectors; also while another one is being made. */
export function isSearchable(view: RecordingView): boolean {
  const version = currentVersionOf(view);
  return view.erasure === 'none' && !view.noSpeech && version > 0 && view.indexedVersion === version;
}

/** Stretches that could not be transcribed, that the file lacks, or whose text was left out as invented. */
export function gapsOfView(view: RecordingView): Gap[] {
  const ofChunks = view.chunks.flatMap((chunk) => gapsOfChunk({ ...chunk, channel: chunk.channel ?? null }));
  return inOrder([...ofChunks, ...gapsOfFile(view.chunks, view.missing ?? [])]);
}

/** The transcript that is read, searched and written reports on; 0 before there is one. */
export function currentVersionOf({ restoredVersion, assembledVersion }: RecordingView): number {
  return restoredVersion ?? assembledVersion;
}

/** Ids of the reports that are to be read: of each type and language the newest that is complete and was not rejected. */
export function currentReportsOf({ reports }: RecordingView): Set<string> {
  const newest = new Map<string, string>();
  for (const { id, type, language, status, rejected } of reports) {
    if (status === 'completed' && !rejected) newest.set(JSON.stringify([type, language]), id);
  }
  return new Set(newest.values());
}
