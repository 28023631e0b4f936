import { Inject, Injectable } from '@nestjs/common';
import { DomainEvent } from '@voxpersona/domain';
import { EventCodec, EventStore, Recorded } from '@voxpersona/event-store';
import { EVENT_STORE } from '@voxpersona/pipeline';
import { EventEntry } from '@voxpersona/projections';

/** Events read at once: neighbours are often asked for together. */
const PAGE = 50;

/** Reads the events that the index of the trail names from the log. */
@Injectable()
export class TrailReader {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly codec: EventCodec<DomainEvent>,
  ) {}

  /** In the order of the entries. Personal fields are opened; once erased they read `{"$erased": true}`. */
  async read(entries: readonly EventEntry[]): Promise<Recorded<DomainEvent>[]> {
    const wanted = entries.map(({ position }) => BigInt(position)).sort((a, b) => (a < b ? -1 : 1));
    const found = new Map<string, Recorded<DomainEvent>>();
    for (let next = 0; next < wanted.length;) {
      const first = wanted[next] ?? 0n;
      const isDense = (wanted[next + PAGE - 1] ?? 0n) - first < 2n * BigInt(PAGE);
      const page = await this.store.readAll({ after: first - 1n, limit: isDense ? PAGE : 1 });
      const asked = new Set(wanted.slice(next, next + PAGE));
      for (const stored of page.events) {
        if (!asked.has(stored.position)) continue;
        const decoded = await this.codec.decode(stored);
        if (decoded.known) found.set(stored.id, decoded.event);
      }
      const last = page.events.at(-1)?.position ?? first;
      while (next < wanted.length && (wanted[next] ?? 0n) <= last) next += 1;
    }
    return entries.flatMap(({ id }) => found.get(id) ?? []);
  }
}
