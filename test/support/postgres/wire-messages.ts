// The part of PostgreSQL's wire protocol (version 3) that a proxy has to understand.

/** A message with its header. A client's first messages have no type. */
export interface WireMessage {
  type: string;
  bytes: Buffer;
}

const LENGTH_BYTES = 4;
/** Requests for encryption, which come before the startup message. */
const ENCRYPTION_REQUESTS = new Set([80_877_103, 80_877_104]);

/** Splits a stream of bytes into messages. */
export class MessageReader {
  private rest: Buffer = Buffer.alloc(0);

  /** @param isStarting true for what a client sends on a new connection */
  constructor(private isStarting: boolean) {}

  push(bytes: Buffer): WireMessage[] {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    const messages: WireMessage[] = [];
    for (let next = this.next(); next; next = this.next()) messages.push(next);
    return messages;
  }

  private next(): WireMessage | undefined {
    const header = this.isStarting ? 0 : 1;
    if (this.rest.length < header + LENGTH_BYTES) return undefined;
    const end = header + this.rest.readInt32BE(header);
    if (this.rest.length < end) return undefined;
    const bytes = this.rest.subarray(0, end);
    this.rest = this.rest.subarray(end);
    if (!this.isStarting) return { type: bytes.toString('latin1', 0, 1), bytes };
    this.isStarting = ENCRYPTION_REQUESTS.has(bytes.readInt32BE(LENGTH_BYTES));
    return { type: '', bytes };
  }
}

/** The SQL of a simple query; undefined for any other message. */
export function simpleQuery({ type, bytes }: WireMessage): string | undefined {
  return type === 'Q' ? textAt(bytes, 1 + LENGTH_BYTES) : undefined;
}

/** The prepared statement that a Bind message names, and its parameters in text format. */
export function boundStatement(message: WireMessage): { name: string; parameters: string[] } | undefined {
  if (message.type !== 'B') return undefined;
  const { bytes } = message;
  const portal = textAt(bytes, 1 + LENGTH_BYTES);
  let at = 1 + LENGTH_BYTES + Buffer.byteLength(portal) + 1;
  const name = textAt(bytes, at);
  at += Buffer.byteLength(name) + 1;
  const formats = bytes.readInt16BE(at);
  at += 2 + 2 * formats;
  const parameters: string[] = [];
  const count = bytes.readInt16BE(at);
  at += 2;
  for (let index = 0; index < count; index += 1) {
    const length = bytes.readInt32BE(at);
    at += LENGTH_BYTES;
    parameters.push(length < 0 ? '' : bytes.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return { name, parameters };
}

/** True for ReadyForQuery outside of a transaction. */
export function isReadyAndIdle({ type, bytes }: WireMessage): boolean {
  return type === 'Z' && bytes.toString('latin1', 5, 6) === 'I';
}

/** An ErrorResponse; FATAL ends the connection. */
export function errorResponse(severity: 'ERROR' | 'FATAL', sqlState: string, text: string): Buffer {
  const fields = `S${severity}\0V${severity}\0C${sqlState}\0M${text}\0\0`;
  const message = Buffer.alloc(1 + LENGTH_BYTES + Buffer.byteLength(fields));
  message.write('E', 0, 'latin1');
  message.writeInt32BE(LENGTH_BYTES + Buffer.byteLength(fields), 1);
  message.write(fields, 1 + LENGTH_BYTES, 'utf8');
  return message;
}

function textAt(bytes: Buffer, start: number): string {
  return bytes.toString('utf8', start, bytes.indexOf(0, start));
}
