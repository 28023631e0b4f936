import { Body, Controller, Headers, Inject, Optional, Req } from '@nestjs/common';
import { Webhook } from '@voxpersona/bot';
import { Identified } from '@voxpersona/domain';
import { RequestContext, TelegramAccounts } from '@voxpersona/pipeline';
import { Request } from 'express';
import { Update } from 'telegraf/types';
import { Caller, Requested } from '../auth/caller';
import { Handles } from '../contract/handles';
import { Problem } from '../http/problem';
import { validate } from '../http/validate';
import { BotName } from './bot-name';
import { makeTelegramCode, telegramWebhook } from './telegram.routes';

const CODE_SECONDS = 15 * 60;

/** Where Telegram calls, and where members get a code for their account there. */
@Controller()
export class TelegramController {
  constructor(
    private readonly accounts: TelegramAccounts,
    private readonly botName: BotName,
    @Optional() @Inject(Webhook) private readonly webhook: Webhook | undefined,
  ) {}

  @Handles(telegramWebhook)
  async update(
    @Req() request: Request,
    @Headers('x-telegram-bot-api-secret-token') secret: string | undefined,
    @Body() body: unknown,
  ): Promise<void> {
    // Word for word what a route that does not exist is answered with.
    if (!this.webhook) throw new Problem('not-found', `Cannot ${request.method} ${request.originalUrl}`);
    if (!this.webhook.isGenuine(secret))
      throw new Problem('not-authenticated', 'This is for Telegram alone.');
    const update = validate(telegramWebhook.body.schema, body, 'body');
    await this.webhook.take(update as unknown as Update);
  }

  @Handles(makeTelegramCode)
  async code(
    @Caller() { ownerId, memberId }: Identified,
    @Requested() requested: RequestContext,
  ): Promise<object> {
    const { payload, expiresAt } = await this.accounts.issueCode(ownerId, memberId, CODE_SECONDS, requested);
    return { start: payload, link: await this.botName.linkWith(payload), expiresAt };
  }
}
