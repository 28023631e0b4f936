import { Fault } from './types';

/** Faults that wait for their calls. */
export class Faults {
  private readonly waiting: { method: string; fault: Fault; left: number }[] = [];

  /** @param method a method of the Bot API, 'download' for files, or '*' for every call */
  add(method: string, fault: Fault): void {
    this.waiting.push({ method: method.toLowerCase(), fault, left: fault.times ?? 1 });
  }

  /** The fault that this call meets; used up by it. */
  take(method: string): Fault | undefined {
    const index = this.waiting.findIndex((one) => one.method === '*' || one.method === method.toLowerCase());
    const met = this.waiting[index];
    if (!met) return undefined;
    met.left -= 1;
    if (met.left <= 0) this.waiting.splice(index, 1);
    return met.fault;
  }
}
