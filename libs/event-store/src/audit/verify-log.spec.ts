import { Seal } from '@voxpersona/domain';
import { Pool } from 'pg';
import { EventStore } from '../port/event-store';
import { SealVerifier } from './seal-key';
import { verifyLog } from './verify-log';

/** More than a function takes arguments: half a year of a seal a minute. */
const SEALS = 250_000;

describe('Verifying a log', () => {
  it('takes seals of years, and still says what is gone', async () => {
    const kept = Array.from({ length: SEALS }, (_, index): Seal => ({
      ...{ treeSize: index + 1, rootHash: 'a'.repeat(64), sealedAt: '2026-11-24T10:00:00.000Z' },
      ...{ keyId: '0123456789abcdef', signature: 'AAAA' },
    }));
    const store = {
      readAll: () => Promise.resolve({ events: [], position: 0n, atEnd: true }),
    } as unknown as EventStore;
    const pool = { query: () => Promise.resolve({ rows: [] }) } as unknown as Pool;
    const verifier = { verifies: () => true, keyId: '0123456789abcdef' } as unknown as SealVerifier;
    await expect(verifyLog({ store, pool, verifier, kept })).rejects.toMatchObject({
      ...{ fault: 'missing', eventId: 'kept elsewhere' },
      message: expect.stringContaining(`covers ${SEALS} events; the log has 0`),
    });
  });
});
