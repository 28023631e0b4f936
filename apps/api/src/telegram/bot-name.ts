import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '@voxpersona/composition';
import { Environment } from '@voxpersona/platform';
import { z } from 'zod';

const answerSchema = z.object({ result: z.object({ username: z.string().min(1) }) });
const PATIENCE_MS = 3_000;

/** What the bot is called at Telegram, for links that open it. */
@Injectable()
export class BotName {
  private known: string | undefined;

  constructor(@Inject(ENVIRONMENT) private readonly environment: Environment) {}

  /** A link that starts the bot; null where there is none, or where Telegram does not tell its name now. */
  async linkWith(payload: string): Promise<string | null> {
    const name = await this.name();
    return name === undefined ? null : `https://t.me/${name}?start=${payload}`;
  }

  private async name(): Promise<string | undefined> {
    const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_ROOT: root } = this.environment;
    if (token === undefined || this.known !== undefined) return this.known;
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(`${root}/bot${token}/getMe`, { signal }).catch(() => undefined);
    const body: unknown = await answer?.json().catch(() => undefined);
    this.known = answerSchema.safeParse(body).data?.result.username;
    return this.known;
  }
}
