import { Context } from 'telegraf';
import { Talk } from './talk';

/** An update as handlers see it: with the talk that it belongs to. */
export class BotContext extends Context {
  private ownTalk: Talk | undefined;

  /** @throws Error where no talk was begun: a mistake in the order of middlewares */
  get talk(): Talk {
    if (!this.ownTalk) throw new Error('The talk of this update was not begun');
    return this.ownTalk;
  }

  set talk(talk: Talk) {
    this.ownTalk = talk;
  }
}
