import { Injectable } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { BotContext } from '../talk/bot-context';
import { isForBot } from '../updates/addressed';
import { holdsMedia } from '../updates/media-of';

/** Messages and pressed buttons that one person may send in a minute. */
const PER_MINUTE = 60;
/** What waited longer was sent before this minute: a backlog is no flood. */
const BACKLOG_SECONDS = 120;
/** Updates that were counted, so that one that is begun again is not counted again. */
const REMEMBERED = 10_000;

/** Who floods the bot is told so once, and then not answered for the rest of the minute. Files of members are counted by their queue. */
@Injectable()
export class FloodGuard {
  private readonly limiter = new RateLimiterMemory({ points: PER_MINUTE, duration: 60 });
  private readonly counted = new Set<number>();

  readonly check = async (ctx: BotContext, next: () => Promise<void>): Promise<void> => {
    const { talk } = ctx;
    if (!this.counts(ctx)) return next();
    const key = String(talk.telegramUserId ?? talk.chatId);
    const { consumedPoints } = await this.limiter.penalty(key);
    if (consumedPoints <= PER_MINUTE) return next();
    if (consumedPoints === PER_MINUTE + 1) await talk.say(talk.texts.text('flood'));
  };

  private counts(ctx: BotContext): boolean {
    const { message, talk } = ctx;
    if (message && talk.caller.kind === 'member' && holdsMedia(message)) return false;
    if (message && message.date < Date.now() / 1_000 - BACKLOG_SECONDS) return false;
    if (message && talk.isGroup && !isForBot(ctx)) return false;
    if (this.counted.has(talk.updateId)) return false;
    if (this.counted.size >= REMEMBERED) this.counted.clear();
    this.counted.add(talk.updateId);
    return true;
  }
}
