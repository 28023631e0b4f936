import { Inject, Injectable } from '@nestjs/common';
import { DomainEvent, recordingDecider } from '@voxpersona/domain';
import {
  Actors,
  EventStore,
  formatPosition,
  InvalidPositionToken,
  LogReader,
  parsePosition,
  Position,
  Recorded,
} from '@voxpersona/event-store';
import { EVENT_STORE } from '@voxpersona/pipeline';
import { RecordingTrail } from '../recordings/recording-trail';

const REMEMBERED_OWNERS = 10_000;

/** Reads the log for those who watch it. */
@Injectable()
export class ProgressFeed {
  private readonly owners = new Map<string, string>();

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly reader: LogReader<DomainEvent>,
    private readonly trail: RecordingTrail,
    private readonly actors: Actors<DomainEvent>,
  ) {}

  /** The id of a message: a position of this log. */
  async idOf(position: Position): Promise<string> {
    return formatPosition(await this.store.logId(), position);
  }

  /** @throws InvalidPositionToken for what this log never gave */
  async positionOf(lastEventId: string | undefined): Promise<Position | undefined> {
    if (lastEventId === undefined || lastEventId === '') return undefined;
    const position = parsePosition(await this.store.logId(), lastEventId);
    if (position > (await this.store.head())) throw new InvalidPositionToken('beyond_the_end');
    return position;
  }

  head(): Promise<Position> {
    return this.store.head();
  }

  /** All events of a recording and its reports up to a position, in the order of the log. */
  async history(recordingId: string, upTo: Position): Promise<Recorded<DomainEvent>[]> {
    return this.trail.recorded(recordingId, upTo);
  }

  /** Events of one recording and its reports after a position, as they come. */
  async *ofRecording(
    recordingId: string,
    after: Position,
    signal: AbortSignal,
  ): AsyncIterable<Recorded<DomainEvent>> {
    const streamPrefixes = [`${recordingDecider.category}-${recordingId}`, 'report-'];
    for await (const event of this.follow(streamPrefixes, after, signal)) {
      if ('recordingId' in event.data && event.data.recordingId === recordingId) yield event;
    }
  }

  /** Events of all recordings of a workspace after a position, as they come. */
  async *ofWorkspace(
    owner: string,
    after: Position,
    signal: AbortSignal,
  ): AsyncIterable<Recorded<DomainEvent>> {
    for await (const event of this.follow(['recording-', 'report-'], after, signal)) {
      if (!('recordingId' in event.data)) continue;
      if ((await this.ownerOf(event.data.recordingId)) === owner) yield event;
    }
  }

  private async *follow(
    streamPrefixes: string[],
    after: Position,
    signal: AbortSignal,
  ): AsyncIterable<Recorded<DomainEvent>> {
    for await (const item of this.reader.subscribe({ after, filter: { streamPrefixes }, signal })) {
      if (item.kind !== 'event') continue;
      const decoded = await item.event.decode();
      if (decoded.known) yield decoded.event;
    }
  }

  private async ownerOf(recordingId: string): Promise<string | undefined> {
    const known = this.owners.get(recordingId);
    if (known !== undefined) return known;
    const { state } = await this.actors.read(recordingDecider, recordingId);
    if (state.phase === 'absent') return undefined;
    if (this.owners.size >= REMEMBERED_OWNERS) this.owners.clear();
    this.owners.set(recordingId, state.owner);
    return state.owner;
  }
}
