import { isStoreTransient } from '@voxpersona/event-store';
import { SendFailure } from './send-failure';

/** Whether a failure says nothing about what was tried: Telegram, the log or the database are away, and come back. */
export function isPassing(error: unknown): boolean {
  if (error instanceof SendFailure) return error.kind === 'unavailable' || error.kind === 'rate-limited';
  return isStoreTransient(error);
}
