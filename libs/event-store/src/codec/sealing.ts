import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { JsonValue } from '../port/event-store';
import { canonicalJson } from './canonical-json';

const ALGORITHM = 'aes-256-gcm';
/** 96 bits, as NIST SP 800-38D recommends for GCM. */
const NONCE_BYTES = 12;

const sealedSchema = z.strictObject({
  $sealed: z.strictObject({ v: z.literal(1), nonce: z.base64(), tag: z.base64(), text: z.base64() }),
});
export type Sealed = z.infer<typeof sealedSchema>;

export function isSealed(value: unknown): value is Sealed {
  return sealedSchema.safeParse(value).success;
}

/** The value cannot be opened with this key: wrong key, moved to another place, or changed. */
export class SealBroken extends Error {
  constructor(cause: unknown) {
    super('A sealed value cannot be opened', { cause });
    this.name = 'SealBroken';
  }
}

/**
 * Encrypts a JSON value with AES-256-GCM.
 *
 * @param place where the value stands; authenticated, so that a sealed value copied elsewhere does not open
 */
export function seal(key: Buffer, value: JsonValue, place: readonly string[]): Sealed {
  const { nonce, tag, text } = sealBytes(key, Buffer.from(JSON.stringify(value), 'utf8'), place);
  return {
    $sealed: {
      v: 1,
      nonce: nonce.toString('base64'),
      tag: tag.toString('base64'),
      text: text.toString('base64'),
    },
  };
}

/** @throws SealBroken */
export function open(key: Buffer, sealed: Sealed, place: readonly string[]): JsonValue {
  const { nonce, tag, text } = sealed.$sealed;
  const bytes = openBytes(
    key,
    {
      nonce: Buffer.from(nonce, 'base64'),
      tag: Buffer.from(tag, 'base64'),
      text: Buffer.from(text, 'base64'),
    },
    place,
  );
  return JSON.parse(bytes.toString('utf8')) as JsonValue;
}

interface SealedBytes {
  nonce: Buffer;
  tag: Buffer;
  text: Buffer;
}

function sealBytes(key: Buffer, bytes: Buffer, place: readonly string[]): SealedBytes {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  cipher.setAAD(Buffer.from(canonicalJson([...place]), 'utf8'));
  const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return { nonce, tag: cipher.getAuthTag(), text };
}

function openBytes(key: Buffer, sealed: SealedBytes, place: readonly string[]): Buffer {
  try {
    const decipher = createDecipheriv(ALGORITHM, key, sealed.nonce, { authTagLength: 16 });
    decipher.setAAD(Buffer.from(canonicalJson([...place]), 'utf8'));
    decipher.setAuthTag(sealed.tag);
    return Buffer.concat([decipher.update(sealed.text), decipher.final()]);
  } catch (error) {
    throw new SealBroken(error);
  }
}

/** Like `seal`, for bytes kept as one block: nonce, tag, text. */
export function sealBlock(key: Buffer, bytes: Buffer, place: readonly string[]): Buffer {
  const { nonce, tag, text } = sealBytes(key, bytes, place);
  return Buffer.concat([nonce, tag, text]);
}

/** @throws SealBroken */
export function openBlock(key: Buffer, block: Buffer, place: readonly string[]): Buffer {
  const nonce = block.subarray(0, NONCE_BYTES);
  const tag = block.subarray(NONCE_BYTES, NONCE_BYTES + 16);
  return openBytes(key, { nonce, tag, text: block.subarray(NONCE_BYTES + 16) }, place);
}
