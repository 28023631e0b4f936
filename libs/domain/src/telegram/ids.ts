import { deriveId } from '../shared/ids';

/**
 * Streams are named by UUIDs; Telegram's own numbers stay inside events, sealed.
 *
 * @param secret of the installation: without it nobody finds the number again by trying all there are
 */
export function telegramAccountIdOf(secret: string, telegramUserId: number): string {
  return deriveId('telegram-account', secret, telegramUserId);
}

/** A chat as one bot sees it. */
export function telegramChatIdOf(secret: string, botId: number, telegramChatId: number): string {
  return deriveId('telegram-chat', secret, botId, telegramChatId);
}

/** What came with one update: the same update, delivered again, is the same intake. */
export function intakeIdOf(botId: number, updateId: number): string {
  return deriveId('telegram-intake', botId, updateId);
}

/** Id that the recording of an intake will have, unless its audio is there already. */
export function recordingIdOfIntake(intakeId: string): string {
  return deriveId('telegram-recording', intakeId);
}
