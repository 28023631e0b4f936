import { given } from '@test/domain/given';
import { memberOf, WORKSPACE } from '@test/domain/workspace';
import { denialDecider, DenialEvent, denialsId } from './denials';

const denial = (change: Partial<DenialEvent['data']> = {}): DenialEvent['data'] => ({
  ...{ ownerId: WORKSPACE, memberId: memberOf('auditor'), keyId: 'k', role: 'auditor', scope: null },
  ...{ route: 'DELETE /v1/recordings/:id', reason: 'role', deniedAt: '2026-11-24T10:00:05.000Z' },
  ...change,
});
const denied = (change: Partial<DenialEvent['data']> = {}): DenialEvent => ({
  type: 'AccessDenied',
  data: denial(change),
});
const record = (change: Partial<DenialEvent['data']> = {}) => ({
  type: 'RecordDenial' as const,
  denial: denial(change),
});

describe('Refusals', () => {
  it('are recorded', () => given(denialDecider, []).when(record()).then(denied()));
  it('are recorded once in a minute', () => {
    const before = given(denialDecider, [denied()]);
    before.when(record({ deniedAt: '2026-11-24T10:00:59.000Z' })).thenNothing();
    before.when(record({ deniedAt: '2026-11-24T10:01:00.000Z' })).thenTypes('AccessDenied');
  });
  it('are told apart by key, route and reason', () => {
    for (const other of [{ keyId: 'l' }, { route: 'GET /v1/keys' }, { reason: 'scope' as const }]) {
      given(denialDecider, [denied()]).when(record(other)).then(denied(other));
    }
  });
  it('lie in a stream for each day', () => {
    expect(denialsId(WORKSPACE, '2026-11-24T23:59:59.999Z')).toBe(
      denialsId(WORKSPACE, '2026-11-24T00:00:00.000Z'),
    );
    expect(denialsId(WORKSPACE, '2026-11-25T00:00:00.000Z')).not.toBe(
      denialsId(WORKSPACE, '2026-11-24T00:00:00.000Z'),
    );
  });
});
