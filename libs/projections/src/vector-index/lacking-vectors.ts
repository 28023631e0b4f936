import { Position } from '@voxpersona/event-store';
import { MissingVectors } from '@voxpersona/vector-store';

/** What an index lacks, and what is needed to take it in later. */
export interface Lacking extends MissingVectors {
  /** Position from which the log has to be read to come to the event again. */
  before: Position;
  owner: string;
}

/** The vectors that one index lacks, by the source of their passages. */
export class LackingVectors {
  private readonly bySource = new Map<string, Lacking>();
  private changed = true;
  private told = new Set<string>();

  get entries(): readonly Lacking[] {
    return [...this.bySource.values()];
  }

  /** How many vectors are lacking. */
  get count(): number {
    return this.entries.reduce((sum, { passageIds }) => sum + passageIds.length, 0);
  }

  /** Position from which a restart has to read the log to come to everything that is lacking; undefined: nothing is. */
  get readFrom(): Position | undefined {
    const all = this.entries.map(({ before }) => before);
    return all.reduce<Position | undefined>(
      (least, one) => (least === undefined || one < least ? one : least),
      undefined,
    );
  }

  /** Whether something has changed since `settled`. */
  get hasChanged(): boolean {
    return this.changed;
  }

  /** Those that nobody was told of. */
  get untold(): readonly Lacking[] {
    return this.entries.filter(({ eventId }) => !this.told.has(eventId));
  }

  /** Whether this very entry still counts: its source may have been removed meanwhile. */
  has(entry: Lacking): boolean {
    return this.bySource.get(sourceIdOf(entry)) === entry;
  }

  /** Without passage ids: the source lacks nothing. */
  set(entry: Lacking): void {
    const key = sourceIdOf(entry);
    const before = this.bySource.get(key);
    const isSame = before?.eventId === entry.eventId && before.passageIds.length === entry.passageIds.length;
    if (isSame) return;
    if (entry.passageIds.length > 0) this.bySource.set(key, entry);
    else if (!this.bySource.delete(key)) return;
    this.changed = true;
  }

  removeRecording(recordingId: string): void {
    for (const entry of this.entries)
      if (entry.recordingId === recordingId) this.removeSource(sourceIdOf(entry));
  }

  removeSource(sourceId: string): void {
    if (this.bySource.delete(sourceId)) this.changed = true;
  }

  clear(): void {
    this.bySource.clear();
    this.changed = true;
  }

  /** What is lacking has to be made known again. */
  unsettle(): void {
    this.changed = true;
  }

  /** Everybody who has to know knows. */
  settled(): void {
    this.changed = false;
  }

  tellAll(): void {
    this.told = new Set(this.entries.map(({ eventId }) => eventId));
  }
}

export function sourceIdOf({ source, recordingId }: Pick<MissingVectors, 'source' | 'recordingId'>): string {
  return source.kind === 'report' ? source.reportId : recordingId;
}
