import { readFileSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Telegraf } from 'telegraf';
import { Message, Update } from 'telegraf/types';
import { Chat, FakeTelegram, FakeTelegramOptions, Person } from './fake-telegram';
import { botOf, Closing, launch, refusalOf, until } from './test-bot';

const VOICE = Buffer.from('OggS a voice');

let telegram: FakeTelegram;
let bot: Telegraf;
let ann: Person;
let chat: Chat;
const closing: Closing = [];

interface Received {
  voice?: { file_id: string; file_unique_id: string };
  audio?: { file_id: string; file_unique_id: string };
  media_group_id?: string;
}

/** A server with one person, who has started the bot and whose /start is confirmed. */
async function start(options: FakeTelegramOptions = {}): Promise<void> {
  const started = await FakeTelegram.start(options);
  closing.push(() => started.stop());
  telegram = started;
  bot = botOf(telegram);
  ann = telegram.user({ firstName: 'Ann', languageCode: 'en' });
  chat = ann.privateChat();
  chat.start();
  await received();
}

/** Messages of all updates that wait; they are confirmed. */
async function received(): Promise<Received[]> {
  const updates = await bot.telegram.getUpdates(0, 100, 0, []);
  const last = updates.at(-1);
  if (last) await bot.telegram.getUpdates(0, 1, last.update_id + 1, []);
  return updates.map((update) => (update as Update.MessageUpdate).message as unknown as Received);
}

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe('files', () => {
  it('of a person are downloaded; the same bytes keep their unique id', async () => {
    await start();
    chat.sendVoice(VOICE, { durationSeconds: 3, caption: 'listen /now', forwardedFrom: 'Hidden' });
    const song = { fileName: 'песня.mp3', title: 'Song', performer: 'Ben' };
    chat.sendAudio(VOICE, song);
    chat.forward(chat.messages.at(-1)!);
    const messages = await received();
    expect(messages).toMatchObject([
      {
        voice: { duration: 3, mime_type: 'audio/ogg', file_size: VOICE.length },
        caption: 'listen /now',
        caption_entities: [{ type: 'bot_command', offset: 7, length: 4 }],
        forward_origin: { type: 'hidden_user', sender_user_name: 'Hidden' },
      },
      { audio: { file_name: 'песня.mp3', mime_type: 'audio/mpeg', title: 'Song', performer: 'Ben' } },
      { audio: { file_name: 'песня.mp3' }, forward_origin: { sender_user: { id: ann.id } } },
    ]);
    const files = messages.map(({ voice, audio }) => (voice ?? audio)!);
    expect(new Set(files.map((file) => file.file_unique_id)).size).toBe(1);
    expect(new Set(files.map((file) => file.file_id)).size).toBe(3);
    const link = await bot.telegram.getFileLink(files[0]!.file_id);
    expect(link.href).toContain(`/file/bot${telegram.token}/voice/file_0.oga`);
    expect(Buffer.from(await (await fetch(link)).arrayBuffer())).toEqual(VOICE);
    telegram.failNext('download', { after: 'before' });
    await expect(fetch(link).then((response) => response.arrayBuffer())).rejects.toThrow();
  });

  it('beyond 20 MB are only on a local server, as a path on this disk', async () => {
    await start();
    const send = async (): Promise<string> => {
      chat.sendDocument({ claimedSize: 30_000_000 }, { fileName: 'long.wav', mimeType: 'audio/wav' });
      const [message] = (await received()) as unknown as Message.DocumentMessage[];
      expect(message?.document).toMatchObject({ file_size: 30_000_000, file_name: 'long.wav' });
      return message!.document.file_id;
    };
    expect(await refusalOf(bot.telegram.getFile(await send()))).toBe('400 Bad Request: file is too big');
    await start({ localServer: true });
    const big = await bot.telegram.getFile(await send());
    expect(isAbsolute(big.file_path!)).toBe(true);
    expect(statSync(big.file_path!).size).toBe(30_000_000);
    chat.sendVoice(VOICE);
    const [message] = (await received()) as unknown as Message.VoiceMessage[];
    const { file_path: path } = await bot.telegram.getFile(message!.voice.file_id);
    expect(readFileSync(path!)).toEqual(VOICE);
  });

  it('of the bot come as multipart, up to 50 MB, and can be sent again by id', async () => {
    await start();
    const source = Buffer.from('# Отчёт');
    const sent = await bot.telegram.sendDocument(
      chat.id,
      { source, filename: 'отчёт.md' },
      {
        caption: '<b>готов</b>',
        parse_mode: 'HTML',
        reply_markup: { inline_keyboard: [[{ text: 'A', callback_data: 'a' }]] },
      },
    );
    const got = await chat.waitFor({ contains: 'готов' });
    expect(got.document).toEqual({
      ...{ fileName: 'отчёт.md', bytes: source, size: source.length },
      ...{ mimeType: 'text/markdown', caption: 'готов' },
    });
    expect(got.html).toBe('<b>готов</b>');
    expect(got.buttons).toEqual([[{ text: 'A', data: 'a' }]]);
    await bot.telegram.sendDocument(chat.id, sent.document.file_id);
    await bot.telegram.sendVoice(chat.id, { source: VOICE }, { duration: 4 });
    expect(chat.messages.map(({ document }) => document?.fileName)).toEqual([
      ...[undefined, 'отчёт.md', 'отчёт.md', undefined],
    ]);
    expect(chat.messages.at(-1)?.voice).toMatchObject({ bytes: VOICE, durationSeconds: 4 });
    const big = { source: Buffer.alloc(50 * 1_024 * 1_024 + 1), filename: 'big.bin' };
    expect(await refusalOf(bot.telegram.sendDocument(chat.id, big))).toBe('413 Request Entity Too Large');
    const long = { caption: 'x'.repeat(1_025) };
    expect(await refusalOf(bot.telegram.sendDocument(chat.id, { source }, long))).toBe(
      '400 Bad Request: message caption is too long',
    );
    expect(await refusalOf(bot.telegram.sendDocument(chat.id, { source: Buffer.alloc(0) }))).toBe(
      '400 Bad Request: file must be non-empty',
    );
  });

  it('come together as an album', async () => {
    await start();
    chat.album([
      { kind: 'document', content: VOICE, fileName: 'a.ogg' },
      { kind: 'audio', content: { claimedSize: 10 }, fileName: 'b.mp3', caption: 'both' },
    ]);
    chat.sendPhoto();
    chat.sendSticker();
    chat.sendVideoNote(VOICE);
    chat.sendVideo(VOICE);
    const messages = await received();
    expect(messages.map((message) => Object.keys(message).at(-1))).toEqual([
      ...['media_group_id', 'media_group_id', 'photo', 'sticker', 'video_note', 'video'],
    ]);
    expect(messages[0]!.media_group_id).toBe(messages[1]!.media_group_id);
  });
});

describe('groups', () => {
  it('tell the bot who came and went, and in privacy mode only what is meant for it', async () => {
    await start({ privacyMode: true });
    const ben = telegram.user({ firstName: 'Ben', username: 'ben_b', languageCode: 'ru' });
    const group = telegram.group({ title: 'Team', members: [ben], admins: [ann], bot: 'left' });
    expect(await refusalOf(bot.telegram.getChat(group.id))).toBe(
      '403 Forbidden: bot is not a member of the group chat',
    );
    group.as(ann).addsBot();
    group.as(ben).say('not for the bot');
    group.as(ben).say('/help@another_bot');
    group.as(ben).say('hey @vox_test_bot');
    const sent = await bot.telegram.sendMessage(group.id, 'hi');
    group.as(ben).say('a reply', { replyTo: group.messages.find(({ id }) => id === sent.message_id)! });
    const updates = await bot.telegram.getUpdates(0, 100, 0, []);
    expect(updates).toMatchObject([
      { my_chat_member: { new_chat_member: { status: 'member' }, chat: { type: 'group', title: 'Team' } } },
      { message: { text: 'hey @vox_test_bot', from: { id: ben.id } } },
      { message: { text: 'a reply', reply_to_message: { message_id: sent.message_id } } },
    ]);
    expect(await bot.telegram.getChatAdministrators(group.id)).toMatchObject([{ status: 'creator' }]);
    expect(await bot.telegram.getChatMember(group.id, ben.id)).toMatchObject({ status: 'member' });
    const cy = telegram.user({ firstName: 'Cy', languageCode: 'en' });
    expect(await bot.telegram.getChatMember(group.id, cy.id)).toMatchObject({ status: 'left' });
    expect(() => group.as(cy)).toThrow('Cy is not in the group');
  });
});

describe('limits', () => {
  it('are noted, whether or not they are enforced', async () => {
    await start();
    await bot.telegram.sendMessage(chat.id, '1');
    expect(telegram.violations).toEqual([]);
    await bot.telegram.sendMessage(chat.id, '2');
    expect(telegram.violations).toMatchObject([
      { rule: 'private_chat', chatId: chat.id, method: 'sendMessage' },
    ]);
    await start({ limits: 'enforce' });
    const { message_id: id } = await bot.telegram.sendMessage(chat.id, '1');
    const edit = bot.telegram.editMessageText(chat.id, id, undefined, '2');
    const error: unknown = await edit.catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      response: {
        error_code: 429,
        description: 'Too Many Requests: retry after 1',
        parameters: { retry_after: 1 },
      },
    });
    await sleep(1_000);
    await bot.telegram.editMessageText(chat.id, id, undefined, '2');
    expect(telegram.violations).toHaveLength(1);
  });
});

describe('faults', () => {
  beforeEach(() => start());
  const send = (text: string): Promise<unknown> => bot.telegram.sendMessage(chat.id, text);
  const texts = (): string[] => chat.messages.slice(1).map(({ text }) => text);

  it('refuse a call as often as told, before or after it took effect', async () => {
    telegram.failNext('sendMessage', { status: 429, retryAfter: 7, times: 2 });
    expect(await refusalOf(send('a'))).toBe('429 Too Many Requests: retry after 7');
    expect(await refusalOf(send('b'))).toBe('429 Too Many Requests: retry after 7');
    telegram.failNext('sendMessage', { status: 400, description: 'Bad Request: told', after: 'afterEffect' });
    expect(await refusalOf(send('c'))).toBe('400 Bad Request: told');
    await send('d');
    expect(texts()).toEqual(['c', 'd']);
  });

  it('cut a connection before it took effect and after, and answer late', async () => {
    telegram.failNext('sendMessage', { after: 'before' });
    await expect(send('a')).rejects.toThrow('socket hang up');
    telegram.failNext('sendMessage', { after: 'afterEffect' });
    await expect(send('b')).rejects.toThrow('socket hang up');
    telegram.failNext('sendMessage', { slowMs: 80 });
    const began = Date.now();
    await send('c');
    expect(Date.now() - began).toBeGreaterThanOrEqual(78);
    expect(texts()).toEqual(['b', 'c']);
    expect(telegram.callsOf('sendMessage').map(({ finishedAt }) => finishedAt === null)).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('people', () => {
  it('wait in vain with the whole chat before them', async () => {
    await start({ queryTimeoutMs: 30 });
    await bot.telegram.sendMessage(chat.id, 'choose', {
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] },
    });
    const waited = chat.waitFor('nothing like it', { timeoutMs: 30 });
    await expect(waited).rejects.toThrow(
      /No message with nothing like it in 30 ms[^]*#1 Ann: \/start[^]*\[Yes = y\]/,
    );
    await expect(chat.press('Yes', { timeoutMs: 30 })).rejects.toThrow('No answer to "y"');
    await sleep(10);
    const [update] = (await bot.telegram.getUpdates(0, 1, 0, [])) as Update.CallbackQueryUpdate[];
    expect(await refusalOf(bot.telegram.answerCbQuery(update!.callback_query.id))).toContain(
      'query is too old',
    );
    chat.block();
    expect(await refusalOf(bot.telegram.sendMessage(chat.id, 'x'))).toContain('blocked');
    chat.start();
    await bot.telegram.sendMessage(chat.id, 'back');
  });

  it('forge presses, also on what is no more there', async () => {
    await start();
    const presses: unknown[] = [];
    bot.on('callback_query', async (context) => {
      presses.push(context.callbackQuery);
      await context.answerCbQuery('no');
    });
    void launch(closing, bot);
    await until(() => telegram.callsOf('getUpdates').at(-1)?.parameters.timeout === 50);
    await bot.telegram.sendMessage(chat.id, 'x');
    const message = chat.lastFromBot!;
    chat.deleteMessage(message);
    expect(await chat.pressRaw(message, 'report:9')).toEqual({ text: 'no', showAlert: false });
    expect(presses).toMatchObject([{ data: 'report:9', message: { message_id: message.id, date: 0 } }]);
  });

  it('of two servers do not meet', async () => {
    await start();
    const [firstTelegram, firstChat] = [telegram, chat];
    await start();
    expect(telegram.token).not.toBe(firstTelegram.token);
    await bot.telegram.sendMessage(chat.id, 'second');
    expect(firstChat.lastFromBot).toBeUndefined();
    expect(firstTelegram.callsOf('sendMessage')).toEqual([]);
  });
});
