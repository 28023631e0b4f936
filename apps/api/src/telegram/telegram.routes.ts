import { z } from 'zod';
import { EXAMPLE, moment } from '../contract/common';
import { defineRoute } from '../contract/route';

const tag = 'telegram';
const json = 'application/json';

export const telegramWebhook = defineRoute({
  ...{ method: 'POST', path: '/telegram/webhook', tag, operationId: 'telegramWebhook' },
  summary: 'Telegram brings what happens in chats.',
  description:
    'For Telegram alone, which shows the secret that it was told. Where no bot runs there is no such route.',
  // An update that comes twice is one by its own number.
  idempotency: 'question',
  headers: {
    'X-Telegram-Bot-Api-Secret-Token': {
      description: 'The secret.',
      schema: z.string(),
      example: '(secret)',
    },
  },
  body: {
    type: json,
    schema: z
      .looseObject({ update_id: z.number().int() })
      .meta({ id: 'TelegramUpdate', description: 'As the Bot API describes it.' }),
    example: { update_id: 1 },
  },
  answers: [{ status: 204, description: 'Written down; it will be dealt with.' }],
  problems: ['not-authenticated'],
});

export const makeTelegramCode = defineRoute({
  ...{ method: 'POST', path: '/v1/me/telegram-code', tag, operationId: 'makeTelegramCode' },
  summary: 'A link by which a Telegram account acts for you from then on.',
  description: 'It works once, within the quarter of an hour.',
  idempotency: 'answer',
  answers: [
    {
      status: 201,
      description: 'The code, shown this once. `link` is null where no bot is configured.',
      content: [
        {
          type: json,
          schema: z
            .object({
              start: z.string().meta({ description: 'Write `/start` and this to the bot.' }),
              link: z.string().nullable().meta({ description: 'Opens the bot with it.' }),
              expiresAt: moment,
            })
            .meta({ id: 'TelegramCode' }),
          example: { start: 'cAbC', link: 'https://t.me/vox_bot?start=cAbC', expiresAt: EXAMPLE.moment },
        },
      ],
    },
  ],
  problems: [],
});

export const TELEGRAM_ROUTES = [telegramWebhook, makeTelegramCode];
