import { throughOutage } from './through-outage';

const away = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('Writing through an outage', () => {
  it('repeats until the database takes it', async () => {
    let tries = 0;
    const write = (): Promise<string> => {
      tries += 1;
      return tries < 3 ? Promise.reject(away()) : Promise.resolve('written');
    };
    await expect(throughOutage(write)).resolves.toBe('written');
    expect(tries).toBe(3);
  });
  it('ends with the failure once patience ends', async () => {
    await expect(throughOutage(() => Promise.reject(away()), 120)).rejects.toThrow('ECONNREFUSED');
  });
  it('does not repeat a statement that is wrong', async () => {
    let tries = 0;
    const write = (): Promise<never> => {
      tries += 1;
      return Promise.reject(new Error('no such column'));
    };
    await expect(throughOutage(write)).rejects.toThrow('no such column');
    expect(tries).toBe(1);
  });
});
