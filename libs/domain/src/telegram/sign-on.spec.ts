import { given } from '@test/domain/given';
import { telegramAccountDecider, TelegramAccountEvent } from './account';
import { telegramCodeDecider, TelegramCodeEvent } from './link-code';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [accountId, ownerId, memberId, codeId] = [id(1), id(2), id(3), id(4)];
const link = { accountId, ownerId, memberId, by: 'invitation' as const, telegramUserId: 42 };
const linked: TelegramAccountEvent = { type: 'TelegramAccountLinked', data: link };

describe('A Telegram account', () => {
  it('is linked to one member; linking it to another one lets the first go', () => {
    given(telegramAccountDecider, [])
      .when({ type: 'LinkTelegramAccount', ...link })
      .then(linked);
    given(telegramAccountDecider, [linked])
      .when({ type: 'LinkTelegramAccount', ...link })
      .thenNothing();
    const other = { ...link, memberId: id(9) };
    given(telegramAccountDecider, [linked])
      .when({ type: 'LinkTelegramAccount', ...other })
      .then(
        { type: 'TelegramAccountUnlinked', data: { accountId, ownerId, memberId } },
        { type: 'TelegramAccountLinked', data: other },
      );
  });
  it('is unlinked once', () => {
    given(telegramAccountDecider, [linked])
      .when({ type: 'UnlinkTelegramAccount' })
      .thenTypes('TelegramAccountUnlinked');
    given(telegramAccountDecider, []).when({ type: 'UnlinkTelegramAccount' }).thenNothing();
  });
});

describe('A code', () => {
  const [secretSha256, wrong] = ['a'.repeat(64), 'b'.repeat(64)];
  const issued: TelegramCodeEvent = {
    type: 'TelegramCodeIssued',
    data: { codeId, ownerId, memberId, secretSha256, expiresAt: '2026-01-02T00:00:00.000Z' },
  };
  const used: TelegramCodeEvent = {
    type: 'TelegramCodeUsed',
    data: { codeId, ownerId, memberId, accountId },
  };
  const use = (secret: string, now = '2026-01-01T00:00:00.000Z') => ({
    ...{ type: 'UseTelegramCode' as const, secretSha256: secret, accountId, now },
  });

  it('links once, in its time, to who knows its secret', () => {
    given(telegramCodeDecider, [issued]).when(use(secretSha256)).then(used);
    given(telegramCodeDecider, [issued, used]).when(use(secretSha256)).thenRefused('code_used');
    given(telegramCodeDecider, [issued])
      .when(use(secretSha256, '2026-01-02T00:00:00.000Z'))
      .thenRefused('code_expired');
    given(telegramCodeDecider, [issued]).when(use(wrong)).thenRefused('code_not_found');
    given(telegramCodeDecider, []).when(use(secretSha256)).thenRefused('code_not_found');
  });
  it('is made once', () => {
    given(telegramCodeDecider, [issued])
      .when({ type: 'IssueTelegramCode', ...issued.data })
      .thenRefused('code_exists');
  });
});
