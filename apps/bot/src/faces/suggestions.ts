import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { DetailField, deriveId } from '@voxpersona/domain';
import { ListPeople, ListPlaces, RecordingView } from '@voxpersona/projections';
import { ReachableChat } from './rendered';

/** A value that was used before. */
export interface Suggestion {
  text: string;
  /** Eight hex digits that tell it from the others; what a button can hold. */
  token: string;
}

const SHOWN = 6;
/** A button that was shown is found again although others were used since. */
const LOOKED_AT = 50;

/** Places and people that were named lately, by whoever asks and then by all. */
@Injectable()
export class Suggestions {
  constructor(private readonly queries: QueryBus) {}

  async of(chat: ReachableChat, recording: RecordingView, field: DetailField): Promise<Suggestion[]> {
    return (await this.all(chat, recording, field)).slice(0, SHOWN);
  }

  /** The value behind a button; undefined: it is not used any more. */
  async find(
    chat: ReachableChat,
    recording: RecordingView,
    field: DetailField,
    token: string,
  ): Promise<string | undefined> {
    return (await this.all(chat, recording, field)).find((one) => one.token === token)?.text;
  }

  private async all(
    { ownerId, memberId }: ReachableChat,
    { details }: RecordingView,
    field: DetailField,
  ): Promise<Suggestion[]> {
    const named = await this.names(ownerId, memberId, field, details ?? {});
    return [...new Set(named)].map((text) => ({ text, token: deriveId('suggestion', text).slice(0, 8) }));
  }

  private async names(
    owner: string,
    memberId: string,
    field: DetailField,
    details: Readonly<Record<string, string>>,
  ): Promise<string[]> {
    const page = { owner, limit: LOOKED_AT, after: null };
    if (field === 'employee' || field === 'client') {
      const people = await this.queries.execute(new ListPeople(page, { role: field, memberId }));
      return people.rows.map(({ name }) => name);
    }
    if (field !== 'place' && field !== 'city') return [];
    const { rows: places } = await this.queries.execute(new ListPlaces(page, { memberId }));
    if (field === 'place') return places.map(({ name }) => name);
    // The city of a place that was named before is the likeliest; the zone is never suggested: it belongs to the visit.
    const [here, elsewhere] = [true, false].map((isHere) =>
      places.filter(({ name }) => (name === details.place) === isHere),
    );
    return [...(here ?? []), ...(elsewhere ?? [])].flatMap(({ city }) => (city === null ? [] : [city]));
  }
}
