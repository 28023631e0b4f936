import { isUuid, streamName } from '../shared/ids';

const PREFIX = streamName('reprocessing', '');

/** Under which all that a batch asks of recordings is correlated: so that what comes of it finds back to the batch. */
export function correlationOf(reprocessingId: string): string {
  return `${PREFIX}${reprocessingId}`;
}

/** Id of the batch that events with this correlation came of; null: of none. */
export function reprocessingOf(correlationId: string): string | null {
  const id = correlationId.startsWith(PREFIX) ? correlationId.slice(PREFIX.length) : '';
  return isUuid(id) ? id : null;
}
