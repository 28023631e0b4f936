import { badRequest } from './refusal';
import { CallbackAnswer } from './types';

interface OpenQuery {
  openedAt: number;
  resolve(answer: CallbackAnswer): void;
}

/** Presses of buttons that wait for their answer. */
export class CallbackQueries {
  private readonly open = new Map<string, OpenQuery>();
  private next = 1;
  private readonly prefix = String(1 + Math.floor(Math.random() * 9e14));

  constructor(private readonly timeoutMs: number) {}

  /** A new query, and the answer that it will get; it may never come. */
  ask(): { id: string; answered: Promise<CallbackAnswer> } {
    const id = this.prefix + String(this.next).padStart(4, '0');
    this.next += 1;
    const answered = new Promise<CallbackAnswer>((resolve) => {
      this.open.set(id, { openedAt: Date.now(), resolve });
    });
    return { id, answered };
  }

  /** @throws Refusal 400 for a query that is unknown, answered already, or too old */
  answer(id: string, answer: CallbackAnswer): void {
    const query = this.open.get(id);
    this.open.delete(id);
    if (!query || Date.now() - query.openedAt > this.timeoutMs)
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    query.resolve(answer);
  }
}
