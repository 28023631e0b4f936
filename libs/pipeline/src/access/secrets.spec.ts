import { randomUUID } from 'node:crypto';
import {
  formatApiKey,
  formatInvitation,
  formatUploadLink,
  hashSecret,
  makeSecret,
  parseApiKey,
  parseInvitation,
  parseUploadLink,
} from './secrets';

describe('Secrets', () => {
  it('are known by their hash', () => {
    const { secret, secretSha256 } = makeSecret();
    expect(hashSecret(secret)).toBe(secretSha256);
    expect(makeSecret().secret).not.toBe(secret);
  });
  it('of keys come back from what is shown', () => {
    const parts = { keyId: 'ab12', secret: makeSecret().secret };
    expect(parseApiKey(formatApiKey(parts))).toEqual(parts);
  });
  it('of invitations come back from what is shown', () => {
    const parts = { ownerId: randomUUID(), invitationId: randomUUID(), secret: makeSecret().secret };
    expect(parseInvitation(formatInvitation(parts))).toEqual(parts);
  });
  it('of upload links come back from what is shown', () => {
    const parts = { linkId: randomUUID(), secret: makeSecret().secret };
    expect(parseUploadLink(formatUploadLink(parts))).toEqual(parts);
  });
  it.each([
    '',
    'vox_',
    'vox__',
    'vox_zz_00',
    `vox_${'0'.repeat(65)}_00`,
    'voxinv_a_b_c',
    'vox_00_00\n',
    'voxup_00_00',
  ])('are not read out of %j', (text) => {
    expect(parseApiKey(text)).toBeUndefined();
    expect(parseInvitation(text)).toBeUndefined();
    expect(parseUploadLink(text)).toBeUndefined();
  });
});
