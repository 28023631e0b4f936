import { randomUUID } from 'node:crypto';

/** As large as most events are. */
export function someEvent() {
  return {
    id: randomUUID(),
    type: 'ChunkTranscribed',
    data: { text: 'x'.repeat(300) },
    metadata: {
      $correlationId: randomUUID(),
      $causationId: randomUUID(),
      commandId: randomUUID(),
      hash: 'a'.repeat(64),
    },
  };
}

/** New streams: their names, and the revisions at which they end. */
export function streamsOf(count) {
  return Array.from({ length: count }, () => ({ name: `bench-${randomUUID()}`, end: -1 }));
}
