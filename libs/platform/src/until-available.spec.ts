import { reasonOf } from './error-reason';
import { StartInterrupted, untilAvailable, WaitOptions } from './until-available';

class Outage extends Error {}

describe('untilAvailable', () => {
  let lines: string[];
  let stop: AbortController;
  let options: WaitOptions;

  beforeEach(() => {
    lines = [];
    stop = new AbortController();
    const note = (line: string): void => void lines.push(line);
    options = {
      what: 'The database',
      isOutage: (error) => error instanceof Outage,
      log: { log: note, warn: note },
      signal: stop.signal,
    };
  });

  it('repeats an attempt through an outage, and logs each failure with its reason and the delay', async () => {
    let attempts = 0;
    const attempt = (): Promise<string> => {
      attempts += 1;
      return attempts < 3 ? Promise.reject(new Outage(`refused ${attempts}`)) : Promise.resolve('connected');
    };
    expect(await untilAvailable(attempt, options)).toBe('connected');
    expect(lines).toEqual([
      expect.stringMatching(/^The database cannot be used: refused 1. Try 2 follows in 0\.\d s$/),
      expect.stringMatching(/^The database cannot be used: refused 2. Try 3 follows in \d\.\d s$/),
      'The database answers',
    ]);
  });

  it('does not wait for what will not end by itself', async () => {
    const failure = new Error('wrong password');
    await expect(untilAvailable(() => Promise.reject(failure), options)).rejects.toBe(failure);
    expect(lines).toEqual([]);
  });

  it('is interrupted during the delay', async () => {
    const attempt = (): Promise<never> => {
      setImmediate(() => stop.abort());
      return Promise.reject(new Outage('refused'));
    };
    await expect(untilAvailable(attempt, options)).rejects.toBeInstanceOf(StartInterrupted);
  });

  it('is interrupted while an attempt hangs, but lets one finish that is nearly done', async () => {
    const hanging = untilAvailable(() => new Promise<never>(() => undefined), options);
    stop.abort();
    await expect(hanging).rejects.toBeInstanceOf(StartInterrupted);

    stop = new AbortController();
    const finishing = untilAvailable(() => new Promise((resolve) => setTimeout(() => resolve('done'), 50)), {
      ...options,
      signal: stop.signal,
    });
    stop.abort();
    expect(await finishing).toBe('done');
  });
});

describe('reasonOf', () => {
  it('names the reasons of every address', () => {
    const refused = ['::1', '127.0.0.1'].map((address) => new Error(`connect ECONNREFUSED ${address}:5432`));
    expect(reasonOf(new AggregateError(refused))).toBe(
      'connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432',
    );
    expect(reasonOf(new AggregateError(refused, 'two failed'))).toBe('two failed');
    expect(reasonOf('no error')).toBe('no error');
  });
});
