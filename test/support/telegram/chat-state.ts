import { forbidden } from './refusal';
import { KeptMessage } from './message';
import { PersonProfile, Wire } from './types';

/** 'left' in a private chat: the person has never started the bot; 'kicked': has blocked it. */
export type BotStatus = 'member' | 'administrator' | 'left' | 'kicked';

export type MemberStatus = 'creator' | 'administrator' | 'member' | 'left';

/** One chat as the server keeps it. Ids of messages count from 1 in every chat. */
export class ChatState {
  readonly messages: KeptMessage[] = [];
  /** What only administrators may send here. */
  readonly forbidden = new Set<'document' | 'audio' | 'voice'>();
  /** Number of the supergroup that this group was made; nothing can be done here any more. */
  movedTo: number | undefined;
  readonly members = new Map<number, { person: PersonProfile; status: MemberStatus }>();

  constructor(
    readonly id: number,
    readonly kind: 'private' | 'group' | 'supergroup',
    /** Title of a group; name of the person. */
    readonly title: string,
    public botStatus: BotStatus,
  ) {}

  get isGroup(): boolean {
    return this.kind !== 'private';
  }

  find(messageId: number): KeptMessage | undefined {
    return this.messages.find(({ id }) => id === messageId);
  }

  /** @throws Refusal 403 where the bot may not write */
  requireWritable(): void {
    if (this.botStatus === 'member' || this.botStatus === 'administrator') return;
    const isOut = this.botStatus === 'kicked';
    if (!this.isGroup)
      throw forbidden(isOut ? 'bot was blocked by the user' : "bot can't initiate conversation with a user");
    const place = `the ${this.kind} chat`;
    throw forbidden(isOut ? `bot was kicked from ${place}` : `bot is not a member of ${place}`);
  }

  toWire(): Wire {
    if (this.isGroup) return { id: this.id, type: this.kind, title: this.title };
    const person = this.members.get(this.id)?.person;
    return { id: this.id, type: 'private', ...(person ? namesOf(person) : {}) };
  }
}

/** A person as Telegram's User. */
export function userWire(person: PersonProfile): Wire {
  return { id: person.id, is_bot: false, ...namesOf(person), language_code: person.languageCode };
}

function namesOf({ firstName, lastName, username }: PersonProfile): Wire {
  return {
    first_name: firstName,
    ...(lastName === undefined ? {} : { last_name: lastName }),
    ...(username === undefined ? {} : { username }),
  };
}
