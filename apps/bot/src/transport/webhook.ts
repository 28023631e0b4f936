import { Inject, Injectable } from '@nestjs/common';
import { UpdateInbox } from '@voxpersona/telegram';
import { timingSafeEqual, createHash } from 'node:crypto';
import { Update } from 'telegraf/types';
import { BOT_IDENTITY, BotIdentity, WEBHOOK_SECRET } from '../tokens';
import { incoming } from './incoming';

/** Where Telegram calls, below PUBLIC_URL. */
export const WEBHOOK_PATH = '/telegram/webhook';

/** Takes what Telegram brings by itself. */
@Injectable()
export class Webhook {
  constructor(
    private readonly inbox: UpdateInbox,
    @Inject(WEBHOOK_SECRET) private readonly secret: string,
    @Inject(BOT_IDENTITY) private readonly identity: BotIdentity,
  ) {}

  /** Whether a call comes from Telegram: only Telegram was told the secret. */
  isGenuine(shown: string | undefined): boolean {
    const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
    return timingSafeEqual(digest(shown ?? ''), digest(this.secret));
  }

  /** Written down before Telegram is told that it was received. */
  async take(update: Update): Promise<void> {
    const received = incoming(this.identity, update);
    if (received) await this.inbox.put([received]);
  }
}
