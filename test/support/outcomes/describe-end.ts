import { proofSize } from '../proof-size';
import {
  commandRefusals,
  doubled,
  KnownRecording,
  knownRecordings,
  notReady,
  unverified,
  withoutTheirAudio,
} from './checks';
import { OutcomeWorld } from './outcome-world';
import { Sender } from './sender';
import { ServerWatch } from './server-watch';
import { sweep } from './stored-objects';

const READY_MS = 60_000;
/** For one check of all recordings. The full size has hundreds. */
const CHECK_MS = proofSize({ short: 300_000, full: 900_000 });

/** Tests what must hold after all faults, whichever they were. */
export function describeEnd(get: () => { world: OutcomeWorld; sender: Sender; watch: ServerWatch }): void {
  describe('In the end', () => {
    let recordings: KnownRecording[];

    beforeAll(async () => {
      const { world, sender, watch } = get();
      await watch.revive();
      recordings = knownRecordings(sender.sendings, await world.log());
    });

    it(
      'every acknowledged and every logged recording is ready',
      async () => {
        expect(recordings.length).toBeGreaterThan(0);
        expect(await notReady(get().world.fakes.server, recordings, READY_MS)).toEqual([]);
      },
      CHECK_MS,
    );

    it(
      'each of them has its audio, byte for byte',
      async () => {
        expect(await withoutTheirAudio(get().world.fakes.server, recordings)).toEqual([]);
      },
      CHECK_MS,
    );

    it('nothing is doubled', async () => {
      const { world, sender } = get();
      expect(doubled(sender.sendings, await world.log())).toEqual([]);
    });

    it(
      'every stream verifies, also after one more command',
      async () => {
        const { server } = get().world.fakes;
        const refused = await commandRefusals(server, recordings);
        expect({ refused, unverified: await unverified(server) }).toEqual({ refused: [], unverified: [] });
      },
      CHECK_MS,
    );

    it('no process ended, and no request failed in a way that no outage explains', () => {
      const { watch, sender } = get();
      expect({ deaths: watch.deaths, strange: sender.strange }).toEqual({ deaths: [], strange: [] });
    });

    it(
      'after the next sweep each recording has one original, and its audio',
      async () => {
        const { server } = get().world.fakes;
        const ids = recordings.map(({ id }) => id);
        expect(await sweep(server, ids)).toEqual([]);
        expect(await withoutTheirAudio(server, recordings)).toEqual([]);
      },
      CHECK_MS,
    );
  });
}
