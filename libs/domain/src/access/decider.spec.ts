import { given } from '@test/domain/given';
import { accessDecider, AccessEvent, ownerIdOf } from './decider';

const ownerId = ownerIdOf('Ann');
const secretSha256 = 'd'.repeat(64);
const registered: AccessEvent = { type: 'OwnerRegistered', data: { ownerId, name: 'Ann' } };
const issued = (keyId: string): AccessEvent => ({
  type: 'ApiKeyIssued',
  data: { ownerId, keyId, label: '', secretSha256 },
});
const revoked = (keyId: string): AccessEvent => ({ type: 'ApiKeyRevoked', data: { ownerId, keyId } });
const issue = (keyId: string, ownerName = 'Ann') => ({
  type: 'IssueApiKey' as const,
  ...{ ownerName, keyId, label: '', secretSha256 },
});
const revoke = (keyId: string) => ({ type: 'RevokeApiKey' as const, keyId });
const owner = (...events: AccessEvent[]) => given(accessDecider, events);

describe('Access', () => {
  it('registers an owner with the first key', () =>
    owner().when(issue('k1', ' Ann ')).then(registered, issued('k1')));
  it('issues further keys', () => owner(registered, issued('k1')).when(issue('k2')).then(issued('k2')));
  it('refuses a key id twice, also a revoked one', () => {
    owner(registered, issued('k1')).when(issue('k1')).thenRefused('key_exists');
    owner(registered, issued('k1'), revoked('k1')).when(issue('k1')).thenRefused('key_exists');
  });
  it('refuses an owner without a name', () =>
    owner().when(issue('k1', '  ')).thenRefused('invalid_owner_name'));
  it('revokes a key once', () => {
    owner(registered, issued('k1')).when(revoke('k1')).then(revoked('k1'));
    owner(registered, issued('k1'), revoked('k1')).when(revoke('k1')).thenNothing();
  });
  it('refuses to revoke what is not there', () => {
    owner().when(revoke('k1')).thenRefused('owner_not_found');
    owner(registered).when(revoke('k1')).thenRefused('key_not_found');
  });
  it('tells owners apart by their letters only', () => {
    expect(ownerIdOf(' ANN ')).toBe(ownerId);
    expect(ownerIdOf('Anne')).not.toBe(ownerId);
  });
});
