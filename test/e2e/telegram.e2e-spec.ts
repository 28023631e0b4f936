import { INTERVIEW, silence } from '@test/audio/audio';
import { Chat, FakeTelegram, Person } from '@test/telegram/fake-telegram';
import { post } from '@test/server/workspace-fixture';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const SECONDS = 20_000;
const VOICE = (): Buffer => readFileSync(INTERVIEW);

describe('The Telegram bot', () => {
  let telegram: FakeTelegram;
  let world: ServerWithFakes;
  let ann: Person;
  let chat: Chat;

  beforeAll(async () => {
    telegram = await FakeTelegram.start({ limits: 'enforce' });
    world = await serverWithFakes({
      env: {
        TELEGRAM_BOT_TOKEN: telegram.token,
        TELEGRAM_API_ROOT: telegram.apiRoot,
        TELEGRAM_MAX_FILE_BYTES: '20000000',
        EMBEDDINGS: 'hashing',
      },
    });
    await world.server.start();
    ann = telegram.user({ firstName: 'Ann', lastName: 'Example', languageCode: 'en' });
    chat = ann.privateChat();
  }, 60_000);

  afterAll(async () => {
    if (process.env.SHOW_OUTPUT) process.stderr.write(world.server.output);
    expect(telegram.violations).toEqual([]);
    await world.close();
    await telegram.stop();
  });

  const see = (what: string | RegExp, options: { after?: ReturnType<Chat['say']> } = {}, of = chat) =>
    of.waitFor(what, { timeoutMs: SECONDS, ...options });

  async function invitation(role: string): Promise<string> {
    const { server } = world;
    const made = await post<{ telegramLink: string }>(server, server.key, '/v1/invitations', { role });
    const [, payload = ''] = /\?start=(.+)$/.exec(made.telegramLink) ?? [];
    return payload;
  }

  it('tells a stranger nothing but how to ask for access', async () => {
    const asked = chat.say('What did the guest say?');
    const answer = await see('I do not know you yet', { after: asked });
    expect(answer.text).toContain(String(ann.id));
    chat.sendVoice(VOICE());
    await see('I do not know you yet', { after: answer });
    expect(telegram.callsOf('getFile')).toEqual([]);
  }, 40_000);

  it('lets in who opens an invitation, once', async () => {
    const payload = await invitation('admin');
    chat.start(payload);
    await see('You are a member now');
    await see('What I do');
    const eve = telegram.user({ firstName: 'Eve', languageCode: 'en' }).privateChat();
    eve.start(payload);
    await see('has already been used', {}, eve);
    const forged = eve.start(`${payload.slice(0, -4)}AAAA`);
    await see(/do not know this link|already been used/, { after: forged }, eve);
  }, 60_000);

  it('takes a voice message all the way: status, questions, report, transcript, search, clip', async () => {
    const sent = chat.sendVoice(VOICE(), { durationSeconds: 80 });
    const status = await see(/voice .*: (I have it|safely stored|transcribed|done)/, { after: sent });
    const card = await see('What kind of recording is it?', { after: sent });
    await chat.press({ text: 'Interview', in: card });
    await see('When was it recorded?');
    await chat.press({ text: 'Today', in: card });
    await see('Who recorded it?');
    const named = chat.say('ann example');
    await see('Who is the client?', { after: named });
    chat.say('Hotel Aurora GmbH');
    await see('Which place is it about?');
    chat.say('Hotel  Aurora');
    await see('What kind of place is it?');
    await chat.press({ text: 'Hotel', in: card });
    const review = await see('Is this right?');
    expect(review.id).toBe(card.id);
    expect(review.text).toContain('Employee: Ann Example');
    expect(review.text).toContain('Place: Hotel Aurora');
    await chat.press({ text: '✅ Right', in: card });
    await see('✅ Noted.');
    const done = await see(/done\./);
    expect(done.id).toBe(status.id);
    await see('📄');
    const file = await chat.waitFor((message) => message.document !== undefined, { timeoutMs: SECONDS });
    expect(file.document?.fileName).toMatch(/\.md$/);
    await chat.press({ text: 'SRT', in: done });
    const srt = await chat.waitFor((message) => message.document?.fileName?.endsWith('.srt') === true, {
      timeoutMs: SECONDS,
    });
    expect(srt.document?.bytes.toString()).toContain('-->');
    const question = chat.say('What did they say about the room?');
    const found = await see(/I found \d passage/, { after: question });
    const clip = found.buttons.flat().find(({ text }) => text.startsWith('▶'));
    await chat.press({ text: clip?.text ?? '', in: found });
    const audio = await chat.waitFor((message) => message.audio !== undefined, { timeoutMs: SECONDS });
    expect(audio.audio?.bytes.length).toBeGreaterThan(1_000);
  }, 120_000);
});

void silence;
void sleep;
