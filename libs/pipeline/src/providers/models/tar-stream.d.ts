/** The part of tar-stream that is used here; the package has no types of its own. */
declare module 'tar-stream' {
  import { Readable, Writable } from 'node:stream';

  export interface Header {
    name: string;
    type: string | null;
    size?: number;
  }
  export interface Extract extends Writable {
    on(
      event: 'entry',
      listener: (header: Header, content: Readable, next: (error?: unknown) => void) => void,
    ): this;
    on(event: string, listener: (...args: never[]) => void): this;
  }
  export interface Pack extends Readable {
    entry(header: { name: string }, content: Buffer | string): Writable;
    finalize(): void;
  }
  export function extract(): Extract;
  export function pack(): Pack;
}
