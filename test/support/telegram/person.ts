import { CommandMenus } from './api-methods/command-menus';
import { Chat } from './chat';
import { ChatReading } from './chat-reading';
import { ChatState } from './chat-state';
import { PersonProfile } from './types';
import { World } from './world';

/** Somebody with Telegram on their phone. */
export class Person implements PersonProfile {
  readonly id: number;
  readonly firstName: string;
  readonly lastName?: string;
  readonly username?: string;
  readonly languageCode: string;

  constructor(
    private readonly world: World,
    private readonly menus: CommandMenus,
    { id, firstName, lastName, username, languageCode }: PersonProfile,
  ) {
    this.id = id;
    this.firstName = firstName;
    if (lastName !== undefined) this.lastName = lastName;
    if (username !== undefined) this.username = username;
    this.languageCode = languageCode;
  }

  /** Their chat with the bot; the bot cannot write there before they do. */
  privateChat(): Chat {
    return new Chat(this.world, this.world.chat(this.id), this, this.menus);
  }
}

/** A group of people, with or without the bot. */
export class Group extends ChatReading {
  constructor(
    world: World,
    state: ChatState,
    private readonly menus: CommandMenus,
  ) {
    super(world, state);
  }

  /** The group with this person acting in it. */
  as(person: PersonProfile): Chat {
    const member = this.state.members.get(person.id);
    if (!member || member.status === 'left')
      throw new Error(`${person.firstName} is not in the group "${this.title}"`);
    return new Chat(this.world, this.state, person, this.menus);
  }

  /** An administrator lets members send no such files any more. */
  forbids(...kinds: ('document' | 'audio' | 'voice')[]): void {
    for (const kind of kinds) this.state.forbidden.add(kind);
  }

  /** An administrator makes a supergroup of it, or does what makes Telegram do so. */
  becomesSupergroup(by: PersonProfile): Group {
    return new Group(this.world, this.world.upgrade(this.state, by), this.menus);
  }

  /** People come later, and go; the bot is not told. */
  joins(person: PersonProfile): void {
    this.state.members.set(person.id, { person, status: 'member' });
  }

  leaves(person: PersonProfile): void {
    this.state.members.set(person.id, { person, status: 'left' });
  }
}
