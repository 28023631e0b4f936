import { EventOf } from '../../shared/event-definition';
import { LISTENING_COPY_EVENTS, ListeningCopyPart } from './events';

export interface MadeListeningCopy {
  status: 'made';
  copyVersion: number;
  audio: ListeningCopyPart;
  peaks: ListeningCopyPart;
  durationSeconds: number;
}

export type ListeningCopyState =
  | { status: 'none' }
  | { status: 'requested'; copyVersion: number }
  | MadeListeningCopy
  | { status: 'failed'; copyVersion: number; code: string };

export const noListeningCopy: ListeningCopyState = { status: 'none' };

export type ListeningCopyEvent = EventOf<(typeof LISTENING_COPY_EVENTS)[number]>;

export function evolveListeningCopy(event: ListeningCopyEvent): ListeningCopyState {
  const { copyVersion } = event.data;
  switch (event.type) {
    case 'ListeningCopyRequested':
      return { status: 'requested', copyVersion };
    case 'ListeningCopyMade': {
      const { audio, peaks, durationSeconds } = event.data;
      return { status: 'made', copyVersion, audio, peaks, durationSeconds };
    }
    case 'ListeningCopyFailed':
      return { status: 'failed', copyVersion, code: event.data.failure.code };
  }
}

/** True for the copy that is to be made: asked for last, and not made yet. One that was given up may be tried again by hand. */
export function awaitsListeningCopy(copy: ListeningCopyState, copyVersion: number): boolean {
  const isOpen = copy.status === 'requested' || copy.status === 'failed';
  return isOpen && copy.copyVersion === copyVersion;
}

/** Number of the copy that a request asks for. */
export function nextCopyVersion(copy: ListeningCopyState): number {
  return copy.status === 'none' ? 1 : copy.copyVersion + 1;
}
