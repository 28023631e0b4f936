import { FairSlots } from './fair-slots';

describe('FairSlots', () => {
  /** Work that ends when it is told to. */
  const work = (log: string[], name: string): { run: () => Promise<void>; end: () => void } => {
    let end = (): void => undefined;
    const done = new Promise<void>((resolve) => (end = resolve));
    return { run: () => (log.push(name), done), end: () => end() };
  };
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('takes waiting work from the buckets in turn', async () => {
    const slots = new FairSlots(1);
    const log: string[] = [];
    const names = ['a1', 'a2', 'a3', 'b1'];
    const works = names.map((name) => ({ name, ...work(log, name) }));
    const runs = works.map(({ name, run }) => slots.run(name[0]!, undefined, run));
    for (const next of ['a1', 'a2', 'b1', 'a3']) {
      await settle();
      expect(log.at(-1)).toBe(next);
      works.find(({ name }) => name === next)!.end();
    }
    await Promise.all(runs);
  });

  it('runs no more at once than there are slots, and frees the slot of work that fails', async () => {
    const slots = new FairSlots(2);
    let running = 0;
    let most = 0;
    const one = async (fails: boolean): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await settle();
      running -= 1;
      if (fails) throw new Error('failed');
    };
    const runs = Array.from({ length: 9 }, (_, n) =>
      slots.run(`${n % 3}`, undefined, () => one(n % 2 === 0)),
    );
    await Promise.allSettled(runs);
    expect(most).toBe(2);
    await expect(slots.run('a', undefined, () => Promise.resolve('done'))).resolves.toBe('done');
  });

  it('lets go of work that is called off while it waits', async () => {
    const slots = new FairSlots(1);
    const log: string[] = [];
    const first = work(log, 'first');
    const running = slots.run('a', undefined, first.run);
    const abort = new AbortController();
    const waiting = slots.run('a', abort.signal, () => Promise.resolve(log.push('second')));
    abort.abort(new Error('called off'));
    await expect(waiting).rejects.toThrow('called off');
    first.end();
    await running;
    await slots.run('b', undefined, () => Promise.resolve(log.push('third')));
    expect(log).toEqual(['first', 'third']);
  });
});
