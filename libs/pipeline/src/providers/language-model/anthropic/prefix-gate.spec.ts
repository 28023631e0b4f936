import { PrefixGate } from './prefix-gate';

/** A call that is under way until it is told how to end. */
class OpenCall {
  started = false;
  answer!: () => void;
  fail!: () => void;
  private readonly result = new Promise<string>((resolve, reject) => {
    this.answer = () => resolve('answer');
    this.fail = () => reject(new Error('failed'));
  });

  readonly make = (): Promise<string> => {
    this.started = true;
    return this.result;
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

describe('The gate for long prefixes', () => {
  let now = 0;
  let gate: PrefixGate;
  beforeEach(() => {
    now = 0;
    gate = new PrefixGate(() => now);
  });

  async function pass(
    count: number,
    prefix = 'p',
    signal = never,
  ): Promise<{ calls: OpenCall[]; passed: Promise<string>[] }> {
    const calls = Array.from({ length: count }, () => new OpenCall());
    const passed = calls.map((call) => gate.pass(prefix, signal, call.make));
    for (const each of passed) each.catch(() => undefined);
    await settle();
    return { calls, passed };
  }
  const started = (calls: OpenCall[]): boolean[] => calls.map((call) => call.started);

  it('lets the others wait for the first, then go side by side', async () => {
    const { calls, passed } = await pass(3);
    expect(started(calls)).toEqual([true, false, false]);
    calls[0]!.answer();
    await settle();
    expect(started(calls)).toEqual([true, true, true]);
    calls.forEach((call) => call.answer());
    expect(await Promise.all(passed)).toEqual(['answer', 'answer', 'answer']);
  });

  it('does not hold other prefixes', async () => {
    await pass(1, 'p');
    expect(started((await pass(1, 'q')).calls)).toEqual([true]);
  });

  it('lets the next one go first when the first fails', async () => {
    const { calls, passed } = await pass(3);
    calls[0]!.fail();
    await expect(passed[0]).rejects.toThrow('failed');
    await settle();
    expect(started(calls)).toEqual([true, true, false]);
  });

  it('knows a prefix for as long as the provider is sure to keep it', async () => {
    const { calls } = await pass(1);
    calls[0]!.answer();
    await settle();
    expect(started((await pass(2)).calls)).toEqual([true, true]);
    now = 240_000;
    expect(started((await pass(2)).calls)).toEqual([true, false]);
  });

  it('stops waiting when it is aborted, and the first one goes on', async () => {
    const { calls: first, passed: firstPassed } = await pass(1);
    const abort = new AbortController();
    const { calls, passed } = await pass(1, 'p', abort.signal);
    abort.abort(new Error('stopped'));
    await expect(passed[0]).rejects.toThrow('stopped');
    first[0]!.answer();
    expect(await firstPassed[0]).toBe('answer');
    expect(started(calls)).toEqual([false]);
  });
});
