import { FORMATS } from '@test/audio/audio';
import { FakeAnthropic } from '@test/anthropic/fake-anthropic';
import { freePort } from '@test/free-port';
import { FakeOpenAi } from '@test/openai/fake-openai';
import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { makeDataFolder, TestServer } from '@test/server/test-server';
import { post } from '@test/server/workspace-fixture';
import { see } from '@test/telegram/bot-world';
import { FakeTelegram } from '@test/telegram/fake-telegram';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The API and its workers in one process, the bot in two others; Telegram calls one of these. */
describe('The Telegram bot in processes of its own, by webhook', () => {
  let telegram: FakeTelegram;
  let database: TestDatabase;
  let main: TestServer;
  let bots: TestServer[];
  const folder = makeDataFolder();
  const [openai, anthropic] = [new FakeOpenAi(), new FakeAnthropic()];

  beforeAll(async () => {
    telegram = await FakeTelegram.start({ limits: 'enforce' });
    database = await createTestDatabase();
    const port = String(await freePort());
    const shared = {
      DATABASE_URL: database.connectionString,
      OBJECTS_DIR: join(folder, 'objects'),
      VOXPERSONA_MASTER_KEY: randomBytes(32).toString('base64'),
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.apiRoot,
      TELEGRAM_UPDATES: 'webhook',
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      EMBEDDINGS: 'hashing',
      OPENAI_API_KEY: 'sk-test-openai',
      OPENAI_BASE_URL: `${await openai.start()}/v1`,
      ANTHROPIC_API_KEY: 'sk-test-anthropic',
      ANTHROPIC_BASE_URL: await anthropic.start(),
    };
    main = new TestServer({ env: { ...shared, ROLES: 'api,worker' } });
    bots = [
      new TestServer({ env: { ...shared, ROLES: 'bot', PORT: port } }),
      new TestServer({ env: { ...shared, ROLES: 'bot' } }),
    ];
    await main.start();
    await Promise.all(bots.map((bot) => bot.start()));
  });

  afterAll(async () => {
    if (process.env.SHOW_OUTPUT) process.stderr.write([main, ...bots].map(({ output }) => output).join('\n'));
    await Promise.all([main, ...bots].map((server) => server.stop()));
    await Promise.all([openai.stop(), anthropic.stop(), telegram.stop()]);
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes calls of Telegram alone', async () => {
    const call = (secret: string | null, server = bots[0]!) =>
      server.request('/telegram/webhook', {
        ...{ method: 'POST', key: null, body: JSON.stringify({ update_id: 1 }) },
        headers: {
          'content-type': 'application/json',
          ...(secret !== null && { 'x-telegram-bot-api-secret-token': secret }),
        },
      });
    expect((await call(null)).status).toBe(401);
    expect((await call('guessed')).status).toBe(401);
    // Where no bot runs there is nothing to call.
    expect((await call(null, main)).status).toBe(404);
  });

  it('talks on when one of its processes dies', async () => {
    const made = await post<{ telegramLink: string }>(main, main.key, '/v1/invitations', { role: 'analyst' });
    const chat = telegram.user({ firstName: 'Ann', languageCode: 'en' }).privateChat();
    chat.start(/\?start=([\w-]+)$/.exec(made.telegramLink)?.[1]);
    await see(chat, '/recordings');
    chat.sendVoice(readFileSync(FORMATS.ogg()), { durationSeconds: 10 });
    await see(chat, 'What kind of recording is it?');
    await bots[1]?.kill();
    await chat.press('Interview');
    await see(chat, 'When was it recorded?');
    await bots[1]?.start();
    await bots[0]?.kill();
    const pressed = chat.press(/^Yesterday/);
    await bots[0]?.start();
    await pressed;
    await see(chat, 'Who recorded it?');
    await see(chat, '📄');
    expect(telegram.violations).toEqual([]);
  });
});
