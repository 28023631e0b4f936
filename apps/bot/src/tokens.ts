/** Names under which Nest hands out what has no class. */
export const BOT_IDENTITY = Symbol('BotIdentity');
export const CALLBACKS = Symbol('Callbacks');
export const TEXTS = Symbol('Texts');
/** IANA name of the zone in which people here read days and times, and mean them. */
export const TIME_ZONE = Symbol('TimeZone');
export const WEBHOOK_SECRET = Symbol('WebhookSecret');

/** Who the bot is; its number is the first part of its token. */
export interface BotIdentity {
  botId: number;
  /** What ids of chats are made with. */
  idSecret: string;
}

/** @param token as @BotFather gives it */
export function botIdOf(token: string): number {
  return Number(token.split(':')[0]);
}
