import { createHmac, timingSafeEqual } from 'node:crypto';
import { CALLBACK_SHAPES, CallbackAction } from './callback-action';
import { Field } from './fields';

/** Telegram takes no more for a button, in bytes. */
export const CALLBACK_DATA_LIMIT = 64;

const VERSION = '1';
const SIGNATURE_BYTES = 8;
/** Characters of base64url. */
const SIGNATURE_LENGTH = Math.ceil((SIGNATURE_BYTES * 4) / 3);

export type DecodedCallback =
  | { kind: 'ok'; action: CallbackAction }
  /** Nobody with our secret wrote this for this chat. */
  | { kind: 'forged' }
  /** We wrote it, in another version: what it asks for is not known here. */
  | { kind: 'unknown' };

export interface Callbacks {
  /** @throws RangeError for a value that does not fit its field: a programmer's mistake */
  encode(action: CallbackAction, chatId: number): string;
  decode(data: string, chatId: number): DecodedCallback;
}

/** Any action, as code that goes through the table sees it. */
interface AnyShape {
  readonly code: string;
  readonly fields: Readonly<Record<string, Field<unknown>>>;
}
const SHAPES: Readonly<Record<string, AnyShape>> = CALLBACK_SHAPES;
const KIND_OF_CODE = new Map(Object.entries(SHAPES).map(([kind, { code }]) => [code, kind]));

/**
 * What buttons carry: `version code fields signature`, the fields with dots between them. The signature is over the
 * chat too, so that a button copied into another chat is refused.
 *
 * @param secret a key that is used for nothing else
 */
export function createCallbacks(secret: Buffer): Callbacks {
  const sign = (body: string, chatId: number): string =>
    createHmac('sha256', secret)
      .update(`${chatId}\n${body}`)
      .digest()
      .subarray(0, SIGNATURE_BYTES)
      .toString('base64url');
  return {
    encode: (action, chatId) => {
      const body = VERSION + payloadOf(action);
      const data = body + sign(body, chatId);
      if (Buffer.byteLength(data) > CALLBACK_DATA_LIMIT) {
        throw new RangeError(`A button "${action.kind}" takes more than ${CALLBACK_DATA_LIMIT} bytes.`);
      }
      return data;
    },
    decode: (data, chatId) => {
      const body = data.slice(0, -SIGNATURE_LENGTH);
      if (!isSame(data.slice(-SIGNATURE_LENGTH), sign(body, chatId))) return { kind: 'forged' };
      const action = body.startsWith(VERSION) ? actionOf(body.slice(VERSION.length)) : undefined;
      return action ? { kind: 'ok', action } : { kind: 'unknown' };
    },
  };
}

/** Bytes that data of this kind takes at most, its signature included. */
export function longestCallback(kind: CallbackAction['kind']): number {
  const lengths = Object.values(SHAPES[kind]?.fields ?? {}).map(({ maxLength }) => maxLength);
  const dots = Math.max(0, lengths.length - 1);
  return VERSION.length + 1 + lengths.reduce((sum, length) => sum + length, dots) + SIGNATURE_LENGTH;
}

function payloadOf(action: CallbackAction): string {
  const shape = SHAPES[action.kind];
  if (!shape) throw new RangeError('There is no such button.');
  const values: Readonly<Record<string, unknown>> = action;
  const written = Object.entries(shape.fields).map(([name, field]) => {
    const text = field.encode(values[name]);
    if (text === undefined) throw new RangeError(`"${name}" of a button "${action.kind}" cannot be written.`);
    return text;
  });
  return shape.code + written.join('.');
}

function actionOf(payload: string): CallbackAction | undefined {
  const kind = KIND_OF_CODE.get(payload.slice(0, 1));
  const fields = Object.entries((kind !== undefined && SHAPES[kind]?.fields) || {});
  const texts = payload.length > 1 ? payload.slice(1).split('.') : [];
  if (kind === undefined || texts.length !== fields.length) return undefined;
  const values = fields.map(([name, field], at) => [name, field.decode(texts[at] ?? '')] as const);
  if (values.some(([, value]) => value === undefined)) return undefined;
  // The table has exactly the fields of each kind of action: the compiler checks that where it is declared.
  return { kind, ...Object.fromEntries(values) } as unknown as CallbackAction;
}

/** In constant time. */
function isSame(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
