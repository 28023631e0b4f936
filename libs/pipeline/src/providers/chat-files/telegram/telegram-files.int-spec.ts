import { FakeTelegram } from '@test/telegram/fake-telegram';
import { buffer } from 'node:stream/consumers';
import { ProviderFailure } from '../../provider-failure';
import { TelegramFiles } from './telegram-files';

const WORDS = Buffer.from('not really a voice, but bytes all the same');

describe('Files that Telegram keeps', () => {
  let telegram: FakeTelegram;
  const never = new AbortController().signal;

  afterEach(() => telegram.stop());

  async function sent(localServer: boolean): Promise<{ files: TelegramFiles; fileId: string }> {
    telegram = await FakeTelegram.start({ localServer });
    const { apiRoot, token } = telegram;
    telegram.user({ firstName: 'Ann', languageCode: 'en' }).privateChat().sendVoice(WORDS);
    const answer = await fetch(`${apiRoot}/bot${token}/getUpdates`);
    const { result } = (await answer.json()) as { result: { message: { voice: { file_id: string } } }[] };
    const fileId = result[0]?.message.voice.file_id ?? '';
    return { files: new TelegramFiles({ apiRoot, token, maxBytes: 1_000 }), fileId };
  }

  async function failureOf(work: Promise<unknown>): Promise<ProviderFailure> {
    const failure = await work.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(failure instanceof ProviderFailure))
      throw new Error(`It did not fail as it should: ${String(failure)}`);
    expect(failure.message).not.toContain(telegram.token);
    return failure;
  }

  it.each([
    ['downloaded', false],
    ['read from the disk of a server of our own', true],
  ])('are %s', async (_how, localServer) => {
    const { files, fileId } = await sent(localServer);
    expect(await buffer(await files.open(fileId, never))).toEqual(WORDS);
  });

  it('are not handed out under a name that is none', async () => {
    const { files } = await sent(false);
    expect(await failureOf(files.open('nothing', never))).toMatchObject({
      code: 'rejected',
      permanent: true,
    });
  });

  it('are asked for again after a pause, a cut or a fault of Telegram', async () => {
    const { files, fileId } = await sent(false);
    telegram.failNext('getFile', {
      status: 429,
      description: 'Too Many Requests: retry after 3',
      retryAfter: 3,
    });
    expect(await failureOf(files.open(fileId, never))).toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 3_000,
    });
    telegram.failNext('getFile', {});
    expect(await failureOf(files.open(fileId, never))).toMatchObject({
      code: 'unavailable',
      permanent: false,
    });
    telegram.failNext('download', { status: 502, description: 'Bad Gateway' });
    expect(await failureOf(files.open(fileId, never))).toMatchObject({ code: 'unavailable' });
    expect(await buffer(await files.open(fileId, never))).toEqual(WORDS);
  });
});
