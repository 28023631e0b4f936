import { isUuid } from '@voxpersona/domain';
import { randomBytes, randomUUID } from 'node:crypto';
import { IssuedSecrets } from './issued-secrets';
import {
  formatApiKey,
  formatInvitation,
  formatTelegramCode,
  formatTelegramInvitation,
  formatUploadLink,
  hashSecret,
} from './secrets';

const KINDS = ['apiKey', 'invitation', 'uploadLink', 'telegramCode'] as const;

describe('Issued secrets', () => {
  const key = randomBytes(32);
  const secrets = new IssuedSecrets(key);
  const command = randomUUID();

  it.each(KINDS)('are the same for the same command in every process (%s)', (kind) => {
    expect(new IssuedSecrets(Buffer.from(key))[kind](command)).toEqual(secrets[kind](command));
  });

  it.each(KINDS)('differ between commands, with their ids (%s)', (kind) => {
    const one: string[] = Object.values<string>({ ...secrets[kind](command) });
    const other: string[] = Object.values<string>({ ...secrets[kind](randomUUID()) });
    expect(one.filter((value) => other.includes(value))).toEqual([]);
  });

  it.each(KINDS)('differ between installations (%s)', (kind) => {
    expect(new IssuedSecrets(randomBytes(32))[kind](command).secret).not.toBe(secrets[kind](command).secret);
  });

  it('differ between purposes, and none begins another', () => {
    const shown = KINDS.map((kind) => secrets[kind](command).secret.slice(0, 18));
    expect(new Set([...shown, secrets.apiKey(command).keyId]).size).toBe(KINDS.length + 1);
  });

  it.each(KINDS)('are recorded by the hash of what is shown (%s)', (kind) => {
    const { secret, secretSha256 } = secrets[kind](command);
    expect(secretSha256).toBe(hashSecret(secret));
  });

  // Known by clients, by Telegram and by everything that was issued before: these must not change.
  it('have the known formats', () => {
    expect(formatApiKey(secrets.apiKey(command))).toMatch(/^vox_[0-9a-f]{18}_[0-9a-f]{64}$/);
    const invitation = secrets.invitation(command);
    expect(isUuid(invitation.invitationId)).toBe(true);
    expect(formatInvitation({ ownerId: randomUUID(), ...invitation })).toMatch(
      /^voxinv_[0-9a-f]{32}_[0-9a-f]{32}_[0-9a-f]{62}00$/,
    );
    expect(formatTelegramInvitation(invitation)).toMatch(/^i[\w-]{63}$/);
    const link = secrets.uploadLink(command);
    expect(isUuid(link.linkId)).toBe(true);
    expect(formatUploadLink(link)).toMatch(/^voxup_[0-9a-f]{32}_[0-9a-f]{64}$/);
    const code = secrets.telegramCode(command);
    expect(isUuid(code.codeId)).toBe(true);
    expect(formatTelegramCode(code)).toMatch(/^c[\w-]{62}$/);
  });

  // A build that derives differently could not show what the build before it issued.
  it('stay as they are', () => {
    const fixed = new IssuedSecrets(Buffer.alloc(32, 1));
    const id = '00000000-0000-4000-8000-000000000000';
    expect(KINDS.map((kind) => fixed[kind](id))).toMatchInlineSnapshot(`
      [
        {
          "keyId": "8ecbd4b36c304399fe",
          "secret": "61205cdbf069f4b89122f0c1d0713cbaf9382971c02411f1a7c9018c6216ad4a",
          "secretSha256": "fb365d5f927400fcf3c4ae0c87d20ed6ecfeb559a6ca40632cbe3bb34730c67f",
        },
        {
          "invitationId": "7816dae8-ff7f-596d-82c8-37058e53a5fa",
          "secret": "c4d573415661040d496bb3d77dc8013b8f2687e3b92a782370c8a84649228e00",
          "secretSha256": "61815c984c0ed5fb9cf1ed1e3857889056fd40ca58afe71785f3343a7067cb40",
        },
        {
          "linkId": "4e192744-ae90-5023-b37c-6387076339ee",
          "secret": "7b71e4f566919f5033f112be5b4c736e1cec45b77036a65b230d2d9c9eba4d06",
          "secretSha256": "e96ca1a081a449d1888f9a834e7f31e75c24dc1ea4da243ba48733e48cb711f7",
        },
        {
          "codeId": "0e0b1c97-05de-5d00-9d2f-44821226e0ce",
          "secret": "ff4b6fef7cad282f97f2ca0ee41da84eab2e064bd00c7a62f38381dacbc3",
          "secretSha256": "cbe96e4631f49e4a92d60014a2618c5220a804031d0091307cf8cbe040df97e1",
        },
      ]
    `);
  });
});
