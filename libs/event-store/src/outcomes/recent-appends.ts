import { EventToAppend } from '../port/event-store';

/** Appends that are remembered by the id of their first event; beyond that the oldest is forgotten. */
const REMEMBERED = 10_000;

/** A bounded memory of appends, the oldest forgotten first. */
export class RecentAppends {
  private readonly ids = new Set<string>();

  add(events: readonly EventToAppend[]): void {
    const oldest = this.ids.keys().next();
    if (this.ids.size >= REMEMBERED && !oldest.done) this.ids.delete(oldest.value);
    this.ids.add(idOf(events));
  }

  has(events: readonly EventToAppend[]): boolean {
    return this.ids.has(idOf(events));
  }

  delete(events: readonly EventToAppend[]): void {
    this.ids.delete(idOf(events));
  }
}

function idOf([first]: readonly EventToAppend[]): string {
  return first?.id.toLowerCase() ?? '';
}
