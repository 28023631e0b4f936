import { deriveId } from '@voxpersona/domain';
import { createHmac } from 'node:crypto';
import { hashSecret } from './secrets';

/** Only the hash goes into an event. */
export interface IssuedSecret {
  secret: string;
  /** Lower-case hex. */
  secretSha256: string;
}

type Purpose = 'api key' | 'api key id' | 'invitation' | 'upload link' | 'telegram code';

/** 18 hexadecimal digits. */
const KEY_ID_BYTES = 9;
const SECRET_BYTES = 32;
/** What Telegram passes to a bot that is started by a link has at most 64 characters. */
const INVITATION_SECRET_BYTES = 31;
const CODE_SECRET_BYTES = 30;

/**
 * Derives the secrets that commands hand out, and the ids beside them, from the id of the command. A command that is
 * repeated because its answer was lost gives the same secret again, in every process of the installation, although the
 * log holds only its hash.
 *
 * Without the key, a secret cannot be told from random bits, even by a caller who chose the id of the command.
 */
export class IssuedSecrets {
  /** @param key 32 bytes, derived from the master key and used for nothing else */
  constructor(private readonly key: Buffer) {}

  apiKey(commandId: string): IssuedSecret & { keyId: string } {
    // Not a UUID like the other ids, so short that a caller could search for a collision if it did not need the key.
    const keyId = this.hmac('api key id', commandId).subarray(0, KEY_ID_BYTES).toString('hex');
    return { keyId, ...this.secret('api key', commandId, SECRET_BYTES) };
  }

  /** The secret ends with a zero byte, which `formatTelegramInvitation` leaves out. */
  invitation(commandId: string): IssuedSecret & { invitationId: string } {
    const { secret } = this.secret('invitation', commandId, INVITATION_SECRET_BYTES);
    const padded = `${secret}00`;
    const invitationId = deriveId('invitation', commandId);
    return { invitationId, secret: padded, secretSha256: hashSecret(padded) };
  }

  uploadLink(commandId: string): IssuedSecret & { linkId: string } {
    return {
      linkId: deriveId('upload-link', commandId),
      ...this.secret('upload link', commandId, SECRET_BYTES),
    };
  }

  telegramCode(commandId: string): IssuedSecret & { codeId: string } {
    const issued = this.secret('telegram code', commandId, CODE_SECRET_BYTES);
    return { codeId: deriveId('telegram-code', commandId), ...issued };
  }

  private secret(purpose: Purpose, commandId: string, bytes: number): IssuedSecret {
    const secret = this.hmac(purpose, commandId).subarray(0, bytes).toString('hex');
    return { secret, secretSha256: hashSecret(secret) };
  }

  private hmac(purpose: Purpose, commandId: string): Buffer {
    return createHmac('sha256', this.key)
      .update(JSON.stringify([purpose, commandId]))
      .digest();
  }
}
