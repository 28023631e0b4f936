import { given } from '@test/domain/given';
import { Seal, sealDecider, sealsId } from './decider';

const seal = (treeSize: number): Seal => ({
  ...{ treeSize, rootHash: 'a'.repeat(64), sealedAt: '2026-11-24T10:00:00.000Z' },
  ...{ keyId: '0123456789abcdef', signature: 'AAAA' },
});

describe('Seals of the log', () => {
  it('are recorded as it grows', () => {
    given(sealDecider, [])
      .when({ type: 'RecordSeal', seal: seal(5) })
      .then({ type: 'LogSealed', data: seal(5) });
  });
  it.each([5, 4])('are not recorded of %d events when 5 are sealed', (treeSize) => {
    given(sealDecider, [{ type: 'LogSealed', data: seal(5) }])
      .when({ type: 'RecordSeal', seal: seal(treeSize) })
      .thenNothing();
  });
  it('have a stream for each day', () => {
    expect(sealsId('2026-11-24T00:00:00.000Z')).toBe(sealsId('2026-11-24T23:59:59.999Z'));
    expect(sealsId('2026-11-25T00:00:00.000Z')).not.toBe(sealsId('2026-11-24T23:59:59.999Z'));
  });
});
