import { setTimeout as sleep } from 'node:timers/promises';
import { Telegraf } from 'telegraf';
import { message } from 'telegraf/filters';
import { FakeTelegram, Person } from './fake-telegram';
import { botOf, launch, listen, refusalOf, until } from './test-bot';

let telegram: FakeTelegram;
let bot: Telegraf;
let ann: Person;
const closing: (() => unknown)[] = [];

async function start(options: Parameters<typeof FakeTelegram.start>[0] = {}): Promise<void> {
  const started = await FakeTelegram.start(options);
  closing.push(() => started.stop());
  telegram = started;
  bot = botOf(telegram);
  ann = telegram.user({ firstName: 'Ann', username: 'ann_a', languageCode: 'en' });
}

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe('a bot that polls', () => {
  beforeEach(() => start());

  it('is started, answers, edits, and hears a button', async () => {
    bot.start((context) => context.reply(`Hello <${context.payload}>`));
    bot.on(message('text'), async (context) => {
      const row = [
        { text: 'More', callback_data: 'more:1' },
        { text: 'Site', url: 'https://example.com' },
      ];
      const buttons = { reply_markup: { inline_keyboard: [row] } };
      const sent = await context.reply('<b>Working</b> &amp; so', { parse_mode: 'HTML', ...buttons });
      await bot.telegram.editMessageText(sent.chat.id, sent.message_id, undefined, 'Done', {
        ...buttons,
        link_preview_options: { is_disabled: true },
      });
    });
    bot.action('more:1', async (context) => {
      await context.answerCbQuery('Here is more', { show_alert: true });
      await context.editMessageReplyMarkup(undefined);
    });
    void launch(closing, bot);
    const chat = ann.privateChat();
    chat.start('abc');
    await chat.waitFor('Hello <abc>');
    const question = chat.say('what is this?');
    const done = await chat.waitFor(/^Done$/, { after: question });
    expect(done.buttons).toEqual([
      [
        { text: 'More', data: 'more:1' },
        { text: 'Site', url: 'https://example.com/' },
      ],
    ]);
    expect(done.edits.map(({ text }) => text)).toEqual(['Done']);
    await expect(chat.press(/^Less/)).rejects.toThrow('There is no button "/^Less/"');
    expect(await chat.press({ text: /^Mo/ })).toEqual({ text: 'Here is more', showAlert: true });
    await chat.waitFor(({ id, buttons }) => id === done.id && buttons.length === 0);
    await expect(chat.press('More', { timeoutMs: 50 })).rejects.toThrow('There is no button "More"');
    expect(chat.transcript()).toContain('bot (edited 2×): Done');
    expect(telegram.callsOf('sendMessage')[1]?.parameters.parse_mode).toBe('HTML');
  });

  it('gets commands and mentions as entities, edits of people, and its own status', async () => {
    const seen: unknown[] = [];
    bot.use((context) => {
      seen.push(context.update);
    });
    void launch(closing, bot);
    const chat = ann.privateChat();
    const said = chat.say('/help@vox_test_bot and @ben_b');
    chat.editsOwn(said, 'better');
    chat.block();
    expect(() => chat.say('x')).toThrow('has blocked the bot');
    await until(() => seen.length === 3);
    expect(seen).toMatchObject([
      {
        message: {
          from: { id: ann.id, language_code: 'en' },
          entities: [
            { type: 'bot_command', offset: 0, length: 18 },
            { type: 'mention', offset: 23, length: 6 },
          ],
        },
      },
      { edited_message: { message_id: said.id, text: 'better' } },
      { my_chat_member: { old_chat_member: { status: 'member' }, new_chat_member: { status: 'kicked' } } },
    ]);
    expect(await refusalOf(bot.telegram.sendMessage(chat.id, 'x'))).toBe(
      '403 Forbidden: bot was blocked by the user',
    );
  });

  it('ends when another polls, and a poll of a dead client leaves its place', async () => {
    const first = launch(closing, bot);
    await until(() => telegram.callsOf('getUpdates').length === 1);
    const second = botOf(telegram);
    second.on(message('text'), (context) => context.reply(`second: ${context.message.text}`));
    void launch(closing, second);
    expect(String(await first)).toContain('409: Conflict: terminated by other getUpdates request');
    const chat = ann.privateChat();
    chat.start();
    await chat.waitFor('second: /start');
    expect(telegram.pendingUpdates).toBeLessThanOrEqual(1);

    const hungUp = new AbortController();
    const url = `${telegram.apiRoot}/bot${telegram.token}/getUpdates`;
    second.stop();
    await until(() => telegram.callsOf('getUpdates').at(-1)?.parameters.limit === 1);
    const dying = fetch(`${url}?timeout=50&offset=-1`, { signal: hungUp.signal }).catch(() => undefined);
    await sleep(50);
    hungUp.abort();
    await dying;
    await sleep(50);
    chat.say('for the one that comes back');
    const answer = (await (await fetch(url)).json()) as { result: unknown[] };
    expect(answer.result).toHaveLength(1);
  });

  it('keeps updates for a bot that was away, and what it was told is confirmed', async () => {
    const chat = ann.privateChat();
    for (const text of ['one', 'two', 'three']) chat.say(text);
    const first = await bot.telegram.getUpdates(0, 2, 0, []);
    expect(first).toHaveLength(2);
    const rest = await bot.telegram.getUpdates(0, 100, first[1]!.update_id + 1, ['callback_query']);
    expect(rest).toMatchObject([{ message: { text: 'three' } }]);
    chat.say('not asked for');
    expect(telegram.pendingUpdates).toBe(1);
  });
});

describe('a bot with a webhook', () => {
  it('gets updates in order with the secret, again after a failure; its reply is carried out', async () => {
    await start({ webhooksBehindTlsProxy: true, webhookPauseMs: 20 });
    let failures = 2;
    const order: string[] = [];
    const seen: (string | undefined)[] = [];
    bot.on(message('text'), async (context) => {
      order.push(context.message.text);
      await context.sendChatAction('typing');
    });
    const callback = bot.webhookCallback('/hook', { secretToken: 's-1' });
    const own = await listen(closing, (request, response) => {
      seen.push(request.headers['x-telegram-bot-api-secret-token']?.toString());
      if (failures-- > 0) response.writeHead(500).end();
      else void callback(request, response);
    });
    await bot.telegram.setWebhook(own.replace('http:', 'https:') + '/hook', { secret_token: 's-1' });
    expect(await refusalOf(bot.telegram.getUpdates(0, 1, 0, []))).toBe(
      "409 Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
    const chat = ann.privateChat();
    for (const text of ['1', '2', '3']) chat.say(text);
    await until(() => telegram.pendingUpdates === 0);
    expect(order).toEqual(['1', '2', '3']);
    expect(seen).toEqual(Array(5).fill('s-1'));
    expect(telegram.callsOf('sendChatAction').map(({ error }) => error)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(await bot.telegram.getWebhookInfo()).toMatchObject({
      last_error_message: 'Wrong response from the webhook: 500 Internal Server Error',
      max_connections: 40,
    });
    await bot.telegram.deleteWebhook();
    chat.say('4');
    expect(await bot.telegram.getUpdates(0, 1, 0, [])).toHaveLength(1);
  });

  it('gets one update at a time of a chat, several of several chats, never more than it allowed', async () => {
    await start();
    let most = 0;
    const open: { text: string; answer: () => void }[] = [];
    const own = await listen(closing, (request, response) => {
      void (async () => {
        let body = '';
        for await (const chunk of request) body += String(chunk);
        const { message } = JSON.parse(body) as { message: { text: string } };
        open.push({ text: message.text, answer: () => response.end() });
        most = Math.max(most, open.length);
      })();
    });
    await bot.telegram.setWebhook(own, { max_connections: 2 });
    const others = ['Ben', 'Cy'].map((firstName) => telegram.user({ firstName, languageCode: 'ru' }));
    for (const person of [ann, ...others])
      for (const part of [1, 2]) person.privateChat().say(`${person.firstName} ${part}`);
    await until(() => open.length === 2);
    expect(open.map(({ text }) => text)).toEqual(['Ann 1', 'Ben 1']);
    while (telegram.pendingUpdates > 0) {
      open.shift()?.answer();
      await sleep(10);
    }
    expect(most).toBe(2);
  });
});

describe('judgement', () => {
  beforeEach(async () => {
    await start();
    ann.privateChat().start();
  });

  it.each<[string, object, string]>([
    ['   ', {}, '400 Bad Request: message text is empty'],
    ['<b> </b>', { parse_mode: 'HTML' }, '400 Bad Request: message text is empty'],
    ['x'.repeat(4_097), {}, '400 Bad Request: message is too long'],
    [
      'ж <x>',
      { parse_mode: 'HTML' },
      '400 Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 3',
    ],
    ['x', keyboard({ text: 'b', callback_data: 'ж'.repeat(33) }), '400 Bad Request: BUTTON_DATA_INVALID'],
    [
      'x',
      keyboard({ text: 'b', url: 'http://localhost/x' }),
      "400 Bad Request: inline keyboard button URL 'http://localhost/x' is invalid: Wrong HTTP URL",
    ],
    ['x', { reply_parameters: { message_id: 77 } }, '400 Bad Request: message to be replied not found'],
  ])('of a text, case %#', async (text, extra, refusal) => {
    expect(await refusalOf(bot.telegram.callApi('sendMessage', { chat_id: ann.id, text, ...extra }))).toBe(
      refusal,
    );
    expect(ann.privateChat().messages).toHaveLength(1);
  });

  it('takes what only markup makes long', async () => {
    const chat = ann.privateChat();
    await bot.telegram.sendMessage(chat.id, `<b>${'x'.repeat(4_096)}</b>`, { parse_mode: 'HTML' });
    expect(chat.lastFromBot).toMatchObject({ html: `<b>${'x'.repeat(4_096)}</b>`, from: 'bot' });
  });

  it('of edits', async () => {
    const chat = ann.privateChat();
    const { message_id: id } = await bot.telegram.sendMessage(chat.id, '<b>x</b>', { parse_mode: 'HTML' });
    const edit = (messageId: number, text: string): Promise<unknown> =>
      bot.telegram.editMessageText(chat.id, messageId, undefined, text, { parse_mode: 'HTML' });
    expect(await refusalOf(edit(id, '<strong>x</strong> '))).toContain(
      '400 Bad Request: message is not modified: ',
    );
    expect(await refusalOf(edit(1, 'y'))).toBe("400 Bad Request: message can't be edited");
    expect(await refusalOf(edit(99, 'y'))).toBe('400 Bad Request: message to edit not found');
    chat.deleteMessage(chat.lastFromBot!);
    expect(await refusalOf(edit(id, 'y'))).toBe('400 Bad Request: message to edit not found');
    expect(await refusalOf(bot.telegram.deleteMessage(chat.id, id))).toBe(
      '400 Bad Request: message to delete not found',
    );
  });

  it('of chats, queries, methods and tokens', async () => {
    const ben = telegram.user({ firstName: 'Ben', languageCode: 'ru' });
    const send = (id: number): Promise<string> => refusalOf(bot.telegram.sendMessage(id, 'x'));
    expect(await send(12_345)).toBe('400 Bad Request: chat not found');
    expect(await send(ben.id)).toBe("403 Forbidden: bot can't initiate conversation with a user");
    const group = telegram.group({ title: 'Team', members: [ann, ben], admins: [ann] });
    group.as(ann).removesBot();
    expect(await send(group.id)).toBe('403 Forbidden: bot was kicked from the group chat');
    expect(await refusalOf(bot.telegram.answerCbQuery('1'))).toBe(
      '400 Bad Request: query is too old and response timeout expired or query ID is invalid',
    );
    expect(await refusalOf(bot.telegram.callApi('sendNothing' as never, {} as never))).toBe(
      '404 Not Found: method not found',
    );
    const stranger = new Telegraf('1:x', { telegram: { apiRoot: telegram.apiRoot } });
    expect(await refusalOf(stranger.telegram.getMe())).toBe('401 Unauthorized');
    expect(JSON.stringify(telegram.calls)).not.toContain(telegram.token);
  });

  it('takes urlencoded calls, and lists of commands by language', async () => {
    const url = `${telegram.apiRoot}/bot${telegram.token}/sendmessage`;
    const body = new URLSearchParams({ chat_id: String(ann.id), text: 'form' });
    expect(await (await fetch(url, { method: 'POST', body })).json()).toMatchObject({ ok: true });
    await bot.telegram.setMyCommands([{ command: 'help', description: 'Help' }]);
    await bot.telegram.setMyCommands([{ command: 'help', description: 'Помощь' }], { language_code: 'ru' });
    const ivan = telegram.user({ firstName: 'Ivan', languageCode: 'ru' });
    expect(ivan.privateChat().menu).toEqual([{ command: 'help', description: 'Помощь' }]);
    await bot.telegram.deleteMyCommands({ language_code: 'ru' });
    expect(ivan.privateChat().menu).toEqual([{ command: 'help', description: 'Help' }]);
  });
});

function keyboard(button: object): object {
  return { reply_markup: { inline_keyboard: [[button]] } };
}
