import { LogSealed, Seal } from '@voxpersona/domain';
import { EventStore, START } from '../port/event-store';

/** Every seal in the log, in its order; null for one whose content no longer is that of a seal. */
export async function readSeals(store: EventStore): Promise<{ eventId: string; seal: Seal | null }[]> {
  const seals: { eventId: string; seal: Seal | null }[] = [];
  for (let after = START, atEnd = false; !atEnd;) {
    const page = await store.readAll({ after, filter: { types: [LogSealed.type] } });
    for (const { id: eventId, data } of page.events) {
      const parsed = LogSealed.schema.safeParse(data);
      seals.push({ eventId, seal: parsed.success ? parsed.data : null });
    }
    after = page.position;
    ({ atEnd } = page);
  }
  return seals;
}
