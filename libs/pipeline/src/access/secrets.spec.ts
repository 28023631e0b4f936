import { randomUUID } from 'node:crypto';
import {
  formatApiKey,
  formatInvitation,
  formatTelegramCode,
  formatTelegramInvitation,
  formatUploadLink,
  hashSecret,
  parseApiKey,
  parseInvitation,
  parseTelegramCode,
  parseTelegramInvitation,
  parseUploadLink,
} from './secrets';

const HEX = 'ab'.repeat(32);

describe('Secrets', () => {
  it('are hashed as text', () =>
    expect(hashSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'));
  it('of keys can be read back from what is shown', () => {
    const parts = { keyId: 'ab12', secret: HEX };
    expect(parseApiKey(formatApiKey(parts))).toEqual(parts);
  });
  it('of invitations can be read back from what is shown', () => {
    const parts = { ownerId: randomUUID(), invitationId: randomUUID(), secret: HEX };
    expect(parseInvitation(formatInvitation(parts))).toEqual(parts);
  });
  it('of upload links can be read back from what is shown', () => {
    const parts = { linkId: randomUUID(), secret: HEX };
    expect(parseUploadLink(formatUploadLink(parts))).toEqual(parts);
  });
  it('of invitations fit into a link to the bot when they end with a zero byte', () => {
    const parts = { invitationId: randomUUID(), secret: `${'ab'.repeat(31)}00` };
    const payload = formatTelegramInvitation(parts)!;
    expect(payload.length).toBeLessThanOrEqual(64);
    expect(parseTelegramInvitation(payload)).toEqual(parts);
    expect(formatTelegramInvitation({ ...parts, secret: HEX })).toBeUndefined();
  });
  it('of codes can be read back from what starts the bot', () => {
    const parts = { codeId: randomUUID(), secret: 'ab'.repeat(30) };
    const payload = formatTelegramCode(parts);
    expect(payload.length).toBeLessThanOrEqual(64);
    expect(parseTelegramCode(payload)).toEqual(parts);
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
