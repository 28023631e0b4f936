import { Violation } from './types';

/** What a bot may send and edit: Telegram's own words are 30 a second, one a second to a person, 20 a minute to a group. */
const RULES = {
  overall: { most: 30, windowMs: 1_000 },
  private_chat: { most: 1, windowMs: 1_000 },
  group: { most: 20, windowMs: 60_000 },
} as const;

/** Two calls that left a second apart can arrive a little closer. */
const NETWORK_MS = 30;

export interface Breach {
  rule: Violation['rule'];
  retryAfterSeconds: number;
}

/** Sliding windows over the calls that were let through. */
export class RateWindows {
  private readonly times = new Map<string, number[]>();

  /** Whether one more call at `now` (ms, never earlier than the last) would be too many. Does not count it. */
  judge(now: number, chat: { id: number; isGroup: boolean }): Breach | undefined {
    const breaches = rulesFor(chat).flatMap(({ rule, key }): Breach[] => {
      const { most, windowMs } = RULES[rule];
      const within = this.within(key, now, windowMs);
      const blocking = within.at(-most);
      if (blocking === undefined) return [];
      return [{ rule, retryAfterSeconds: Math.max(1, Math.ceil((blocking + windowMs - now) / 1_000)) }];
    });
    return breaches.toSorted((a, b) => b.retryAfterSeconds - a.retryAfterSeconds)[0];
  }

  count(now: number, chat: { id: number; isGroup: boolean }): void {
    for (const { rule, key } of rulesFor(chat)) this.within(key, now, RULES[rule].windowMs).push(now);
  }

  private within(key: string, now: number, windowMs: number): number[] {
    const times = (this.times.get(key) ?? []).filter((time) => now - time < windowMs - NETWORK_MS);
    this.times.set(key, times);
    return times;
  }
}

function rulesFor(chat: { id: number; isGroup: boolean }): { rule: Violation['rule']; key: string }[] {
  return [
    { rule: 'overall', key: 'overall' },
    { rule: chat.isGroup ? 'group' : 'private_chat', key: String(chat.id) },
  ];
}
