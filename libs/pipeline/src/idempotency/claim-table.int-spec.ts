import { IdempotencyWorld } from '@test/idempotency/processes';
import { randomUUID } from 'node:crypto';
import { ClaimTable } from './claim-table';

/** Statements that arrive late: their connection broke, and PostgreSQL executes them only after later ones. */
describe('The table of claims', () => {
  const stored = { fingerprint: 'print', answer: Buffer.from('answer') };
  let world: IdempotencyWorld;
  let table: ClaimTable;
  let id: string;

  beforeAll(async () => {
    world = await IdempotencyWorld.create();
  });
  beforeEach(async () => {
    await world.pool.query('TRUNCATE idempotent_requests');
    table = new ClaimTable(world.pool, randomUUID());
    id = randomUUID();
  });
  afterAll(() => world.close());

  it('refuses a claim that arrives after a newer one', async () => {
    expect(await table.claim(id, 2, { last: 2, claims: [2] })).toBe(true);
    expect(await table.claim(id, 1, { last: 1, claims: [1] })).toBe(false);
    expect(await table.read(id)).toMatchObject({ ownClaim: 2 });
  });

  it('gives up only claims that were over when that was asked for', async () => {
    await table.claim(id, 2, { last: 2, claims: [2] });
    await table.freeLeftovers({ last: 1, claims: [] });
    expect(await table.read(id)).toMatchObject({ ownClaim: 2 });
    await table.freeLeftovers({ last: 3, claims: [2, 3] });
    expect(await table.read(id)).toMatchObject({ ownClaim: 2 });
    await table.freeLeftovers({ last: 3, claims: [3] });
    expect(await table.read(id)).toBeUndefined();
  });

  it('takes an answer and a release only from the claim that is current', async () => {
    await table.claim(id, 1, { last: 1, claims: [1] });
    await table.claim(id, 2, { last: 2, claims: [2] });
    await table.store(id, 1, stored);
    await table.free(id, 1);
    expect(await table.read(id)).toEqual({ stored: undefined, ownClaim: 2 });
    await table.store(id, 2, stored);
    await table.store(id, 2, { ...stored, fingerprint: 'another' });
    await table.free(id, 2);
    await table.freeLeftovers({ last: 2, claims: [] });
    expect(await table.read(id)).toEqual({ stored, ownClaim: undefined });
  });

  it('leaves the claims of other processes alone', async () => {
    const other = new ClaimTable(world.pool, randomUUID());
    await other.claim(id, 1, { last: 1, claims: [1] });
    await table.store(id, 1, stored);
    await table.free(id, 1);
    await table.freeLeftovers({ last: 1, claims: [] });
    expect(await other.read(id)).toEqual({ stored: undefined, ownClaim: 1 });
    expect(await table.read(id)).toEqual({ stored: undefined, ownClaim: undefined });
  });
});
