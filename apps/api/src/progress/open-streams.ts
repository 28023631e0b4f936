import { Injectable } from '@nestjs/common';
import { Problem } from '../http/problem';

const MAX_OF_A_KEY = 20;
const MAX_IN_ALL = 1_000;

/** Counts the event streams that are open, and ends them when the server stops. */
@Injectable()
export class OpenStreams {
  private readonly ofKey = new Map<string, number>();
  private readonly stopping = new AbortController();
  private total = 0;

  /** Aborts when the server stops. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** Ends every stream. Clients connect again by themselves, to a process that goes on. */
  endAll(): void {
    this.stopping.abort();
  }

  /** @returns to be called when the stream has ended. @throws Problem 429 */
  open(keyId: string): () => void {
    const open = this.ofKey.get(keyId) ?? 0;
    if (open >= MAX_OF_A_KEY || this.total >= MAX_IN_ALL) {
      throw new Problem('too-many-streams', `Close one of the ${MAX_OF_A_KEY} streams of this key first.`, {
        'Retry-After': '5',
      });
    }
    this.ofKey.set(keyId, open + 1);
    this.total += 1;
    return () => {
      const left = (this.ofKey.get(keyId) ?? 1) - 1;
      if (left > 0) this.ofKey.set(keyId, left);
      else this.ofKey.delete(keyId);
      this.total -= 1;
    };
  }
}
