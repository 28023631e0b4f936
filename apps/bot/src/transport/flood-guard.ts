import { Injectable } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { BotContext } from '../talk/bot-context';

/** Messages and pressed buttons that one person may send in a minute. */
const PER_MINUTE = 60;

/** Who floods the bot is told so once, and then not answered for the rest of the minute. Files are counted by the queue. */
@Injectable()
export class FloodGuard {
  private readonly limiter = new RateLimiterMemory({ points: PER_MINUTE, duration: 60 });

  readonly check = async (ctx: BotContext, next: () => Promise<void>): Promise<void> => {
    const { talk } = ctx;
    const key = String(talk.telegramUserId ?? talk.chatId);
    const { consumedPoints } = await this.limiter.penalty(key);
    if (consumedPoints <= PER_MINUTE) return next();
    if (consumedPoints === PER_MINUTE + 1) await talk.say(talk.texts.text('flood'));
  };
}
