import { longRecording } from '@test/audio/audio';
import { isFinished } from '@test/server/test-server';
import { newMember, post } from '@test/server/workspace-fixture';
import { BotWorld, expectManners, openBotWorld, see, seeFile } from '@test/telegram/bot-world';
import { Button, Chat, ChatMessage, Person } from '@test/telegram/fake-telegram';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const STALE = 'This button has had its day.';
/** Another recording for every seed. */
const sound = (seed: number): Buffer => readFileSync(longRecording(3, seed));
const spoken = { caption: 'Scenario: note' };

/** A zone in which it is another day than in UTC, at whatever hour this runs. */
const TIME_ZONE = new Date().getUTCHours() >= 10 ? 'Pacific/Kiritimati' : 'Pacific/Pago_Pago';
/** `2026-11-26 01:19`, as Swedes write it. */
const there = (moment: Date): string =>
  moment.toLocaleString('sv-SE', { timeZone: TIME_ZONE, dateStyle: 'short', timeStyle: 'short' });

/** Who may what, who sees what, and what a chat is set to. */
describe('The Telegram bot and its members', () => {
  let world: BotWorld;
  let admin: { person: Person; chat: Chat };
  let analyst: { person: Person; chat: Chat };
  let auditor: { person: Person; chat: Chat };
  let russian: { person: Person; chat: Chat };
  /** Of another workspace. */
  let bea: { person: Person; chat: Chat };
  let keyOfBea: string;

  beforeAll(async () => {
    world = await openBotWorld({ TIME_ZONE });
    keyOfBea = (await world.server.vox('keys', 'add', '--owner', 'Bea')).trim();
    [admin, analyst, auditor, russian, bea] = await Promise.all([
      world.member('admin', { firstName: 'Ada' }),
      world.member('analyst', { firstName: 'Nat' }),
      world.member('auditor', { firstName: 'Tor' }),
      world.member('analyst', { firstName: 'Мария', languageCode: 'ru' }),
      world.member('admin', { firstName: 'Bea', by: keyOfBea }),
    ]);
  });

  afterAll(async () => {
    if (process.env.SHOW_OUTPUT) process.stderr.write(world.server.output);
    await world.close();
  });

  const fromBot = (chat: { messages: readonly ChatMessage[] }): ChatMessage[] =>
    chat.messages.filter(({ from }) => from === 'bot');
  const answerTo = (chat: Chat, text: string): Promise<ChatMessage> => {
    const asked = chat.say(text);
    return see(chat, /./, { after: asked });
  };

  /** Waits until so many recordings of the first workspace are ready. */
  const readyRecordings = async (count: number): Promise<void> => {
    for (;;) {
      const { recordings } = await world.server.get<{ recordings: { status: string }[] }>('/v1/recordings');
      if (recordings.filter(({ status }) => status === 'ready').length >= count) return;
      await sleep(100);
    }
  };
  const buttonOf = (message: ChatMessage, label: string, within = ''): Button | undefined =>
    message.buttons.flat().find(({ text, data = '' }) => text.startsWith(label) && data.includes(within));

  it('lets an auditor read, and records what was refused', async () => {
    const { chat } = auditor;
    const refusal = await see(chat, 'Your role (Auditor) does not allow this.', {
      after: chat.sendVoice(sound(951)),
    });
    expect(refusal.text).toContain('An administrator can change it.');
    await see(chat, 'There are no recordings here.', { after: chat.say('/recordings') });
    const { events } = await world.server.get<{ events: { data: object; metadata: object }[] }>(
      '/v1/events?type=AccessDenied',
    );
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      ...{ data: { route: 'telegram send', role: 'auditor', reason: 'role' } },
      metadata: { actor: { kind: 'telegram' } },
    });
    expect(world.telegram.callsOf('getFile')).toEqual([]);
  });

  it('lets an analyst send, and neither erase nor invite', async () => {
    const { chat } = analyst;
    for (const command of ['/erase', '/invite'])
      expect((await answerTo(chat, command)).text).toContain('Your role (Analyst) does not allow this.');
    const sent = chat.sendVoice(sound(952), spoken);
    const done = await see(chat, /voice .*: done/, { after: sent });
    expect(await chat.press({ text: 'Erase', in: done })).toMatchObject({
      ...{ text: expect.stringContaining('does not allow this'), showAlert: true },
    });
  });

  it('shows a recording to its workspace, and to no other', async () => {
    const [mine] = (await see(analyst.chat, /voice .*: done/)).buttons;
    expect((await answerTo(auditor.chat, '/recordings')).text).toMatch(/voice .*: ready/);
    expect((await answerTo(bea.chat, '/recordings')).text).toContain('There are no recordings here.');
    const words = /The (\w+ \w+ \w+)\./.exec((await see(analyst.chat, '📄')).text)?.[1] ?? '';
    expect((await answerTo(auditor.chat, words)).text).toContain('I found');
    expect((await answerTo(bea.chat, words)).text).toContain('I found nothing.');
    const own = await see(bea.chat, 'I found nothing.');
    for (const { data } of mine ?? [])
      expect(await bea.chat.pressRaw(own, data ?? '')).toMatchObject({ text: STALE });
  });

  it('takes with it who goes to another workspace, and leaves the recordings behind', async () => {
    const { chat } = await world.member('analyst', { firstName: 'Ben' });
    const list = await answerTo(chat, '/recordings');
    const open = list.buttons[0]?.[0];
    expect(open?.text).toBe('1');
    const payload = await world.invitation('analyst', keyOfBea);
    // A link that somebody sent must not make another's account act for them.
    await see(chat, 'This account acts for a member already', { after: chat.start(payload) });
    world.openai.latencyMs = 2_000;
    const sent = chat.sendVoice(sound(954), spoken);
    await see(chat, ({ replyTo }) => replyTo === sent.id);
    await answerTo(chat, '/leave');
    world.openai.latencyMs = 0;
    await readyRecordings(2);
    // What comes of it stays in the workspace.
    await sleep(2_000);
    expect(fromBot(chat).filter(({ text, document }) => text.includes('📄') || document)).toEqual([]);
    const moved = chat.start(payload);
    await see(chat, 'You are a member now.', { after: moved });
    await see(chat, 'What I do', { after: moved });
    // Its signature is right: it was made for this chat.
    const answer = await chat.press({ text: '1', in: list });
    expect(answer.text).toBe('This recording is not there any more.');
    expect((await answerTo(chat, '/recordings')).text).toContain('There are no recordings here.');
  });

  it('speaks Russian with a Russian phone', async () => {
    const { chat } = russian;
    for (const [command, text] of [
      ['/help', 'Что я умею'],
      ['/privacy', 'Что хранится'],
      ['/id', 'Роль: аналитик'],
      ['/cancel', 'Отменять нечего'],
      ['/unheard', '/help'],
    ] as const)
      expect((await answerTo(chat, command)).text).toContain(text);
  });

  it('does what it is set to, at once', async () => {
    const { chat } = await world.member('analyst', { firstName: 'Sam' });
    const settings = await answerTo(chat, '/settings');
    await chat.press({ text: 'Interview', in: settings });
    await see(chat, 'Scenario: Interview');
    await chat.press({ text: 'Русский', in: settings });
    await see(chat, 'Настройки этого чата');
    expect(settings.text).toContain('Сценарий: Интервью');
    const sent = chat.sendVoice(sound(953));
    const card = await see(chat, 'Когда сделана запись?', { after: sent });
    expect(card.text).toContain('Сценарий: Интервью');
    await see(chat, 'Не понимаю эту дату', { after: chat.say('когда-нибудь') });
    await chat.press({ text: /^Сегодня/, in: card });
    await see(chat, 'Кто делал запись?');
    // Of another recording nothing is asked meanwhile.
    const list = await see(chat, /^1\. /m, { after: chat.say('/recordings') });
    await chat.press({ text: '2', in: list });
    const other = await see(chat, ': готово', { after: list });
    await chat.press({ text: 'Подробности', in: other });
    await see(chat, () => buttonOf(other, 'Клиент') !== undefined);
    expect(await chat.press({ text: 'Клиент', in: other })).toMatchObject({
      ...{ text: expect.stringContaining('Сейчас я спрашиваю о другой записи.'), showAlert: true },
    });
    await chat.press({ text: '« Назад', in: other });
    await see(chat, ': готово', { after: other });
    await see(chat, 'Хорошо, больше о ней не спрашиваю.', { after: chat.say('/cancel') });
    expect(fromBot(chat).filter(({ text }) => text.includes('Что это за запись?'))).toEqual([]);
  });

  it('takes the day that a button shows, and shows days as they are where it is used', async () => {
    const { chat } = await world.member('analyst', { firstName: 'Kim' });
    const sent = chat.sendVoice(sound(941), { caption: 'Scenario: interview\nTags: far' });
    const fileName = `voice ${there(new Date(sent.date * 1_000)).replace(':', '.')}`;
    const card = await see(chat, 'When was it recorded?', { after: sent });
    expect(card.text).toContain(fileName);
    const [today = '', yesterday = ''] = card.buttons
      .flat()
      .flatMap(({ text }) => /^(?:Today|Yesterday) \((\d{4}-\d\d-\d\d)\)$/.exec(text)?.[1] ?? []);
    // Midnight there may have come in between.
    expect([sent.date * 1_000, Date.now()].map((moment) => there(new Date(moment)).slice(0, 10))).toContain(
      today,
    );
    expect(Date.parse(today) - Date.parse(yesterday)).toBe(86_400_000);

    await chat.press({ text: /^Yesterday/, in: card });
    await see(chat, `Date: ${yesterday}`);
    await see(chat, 'All right, no more questions', { after: chat.say('/cancel') });
    const page = await world.server.get<{
      recordings: { fileName: string; details: { date?: string; tags?: string } }[];
    }>('/v1/recordings?limit=200');
    const stored = page.recordings.filter(({ details }) => details.tags === 'far');
    expect(stored).toMatchObject([{ fileName, details: { date: yesterday } }]);
    const list = await see(chat, /^1\. /m, { after: chat.say('/recordings') });
    const day = new Date(today).toLocaleDateString('en', { dateStyle: 'medium', timeZone: 'UTC' });
    expect(list.text).toMatch(new RegExp(`^1\\. ${fileName} \\([\\d:]+\\), ${day}:`, 'm'));
  });

  it('links an account by a code, once', async () => {
    const { server, telegram } = world;
    const member = await newMember(server, server.key, 'auditor');
    const { start } = await post<{ start: string }>(server, member.key, '/v1/me/telegram-code', {});
    const [one, other] = ['Lea', 'Liz'].map((firstName) =>
      telegram.user({ firstName, languageCode: 'en' }).privateChat(),
    );
    one!.start(start);
    await see(one!, 'this Telegram account is yours');
    await see(one!, 'What I do');
    expect((await answerTo(one!, '/id')).text).toContain('Role: Auditor');
    other!.start(start);
    await see(other!, 'This code has already been used.');
    expect((await answerTo(other!, '/recordings')).text).toContain('I do not know you yet');
  });

  it('turns the pages of many recordings', async () => {
    const { server } = world;
    const seeds = [961, 962, 963, 964, 965, 966, 967, 968, 969];
    for (const seed of seeds) {
      const name = `r${seed}.mp3`;
      const { body } = await server.upload(longRecording(1, seed), { reports: '' }, { key: keyOfBea, name });
      const { id, position } = body as { id: string; position: string };
      await server.get(`/v1/recordings/${id}?after=${position}`, keyOfBea);
      // Its card has no button for a report before there is a transcript.
      await server.recordingUntil(id, isFinished, undefined, keyOfBea);
    }
    const { chat } = bea;
    let list = await answerTo(chat, '/recordings');
    while (list.buttons.flat().every(({ text }) => text !== 'Older »'))
      list = await answerTo(chat, '/recordings');
    expect(list.text.split('\n')).toHaveLength(9);
    await chat.press({ text: 'Older »', in: list });
    await see(chat, 'page 2');
    expect(list.text).toMatch(/\n9\. r961\.mp3/);
    await chat.press({ text: '« Newer', in: list });
    await see(chat, 'page 1');
    expect(list.text).toMatch(/\n1\. r969\.mp3/);
    await chat.press({ text: '1', in: list });
    const card = await see(chat, 'r969.mp3', { after: list });
    // It came by REST; whoever asks for its report here gets it here.
    await chat.press({ text: 'Write: Summary', in: card });
    await see(chat, '📄 r969.mp3', { after: card });
    await chat.press({ text: 'Erase', in: card });
    const asked = await see(chat, 'Erase r969.mp3 with its transcript');
    await chat.press({ text: 'Yes, erase', in: asked });
    await see(chat, () => card.deleted && list.deleted);
    expect([asked.text, asked.deleted]).toEqual(['🗑 It is being erased.', false]);
  });

  it('erases when that is confirmed, and takes its messages out of the chat', async () => {
    const { chat } = admin;
    expect((await answerTo(chat, '/erase')).text).toContain('There is nothing of yours here');
    const sent = chat.sendVoice(sound(971), spoken);
    const report = await see(chat, '📄', { after: sent });
    const file = await seeFile(chat, '.md', { after: sent });
    const status = await see(chat, /voice .*: done/, { after: sent });
    await chat.press({ text: 'Transcript', in: status });
    const words = await see(chat, /^\[00:00:00\] The/, { after: status });
    await chat.press({ text: 'SRT', in: status });
    const subtitles = await seeFile(chat, '.srt', { after: words });
    // The best hit may be the report, which nobody can listen to.
    const recording = buttonOf(status, 'Erase')?.data?.slice(2, 24) ?? 'none';
    const ask = (): Promise<ChatMessage> => answerTo(chat, words.text.replaceAll(/\[.*?\]/g, ''));
    let hits = await ask();
    while (!buttonOf(hits, '▶', recording)) hits = await ask();
    await chat.press({ text: buttonOf(hits, '▶', recording)!.text, in: hits });
    const clip = await see(chat, ({ audio }) => audio !== undefined, { after: hits });
    const list = await answerTo(chat, '/recordings');
    // Telegram lets a bot delete what is younger than 48 hours.
    for (const old of [words, subtitles, clip]) chat.age(old, 49);
    await chat.press({ text: 'Erase', in: status });
    const asked = await see(chat, 'with its transcript and reports?');
    await chat.press({ text: 'Keep', in: asked });
    await see(chat, 'Nothing was erased.');
    await chat.press({ text: 'Erase', in: status });
    const unanswered = await see(chat, 'with its transcript and reports?', { after: asked });
    const all = await answerTo(chat, '/erase');
    expect(all.text).toContain('(1 recording)');
    await chat.press({ text: 'Yes, erase everything', in: all });
    await see(chat, '1 recording is being erased.');
    await see(chat, () => [report, file, status, hits, list, unanswered].every(({ deleted }) => deleted));
    await see(chat, () => [subtitles, clip].every(({ document }) => document?.fileName === 'erased.txt'));
    expect(words.text).toBe('🗑 This recording was erased.');
    expect(subtitles.document?.bytes.toString()).toBe('🗑 This recording was erased.');
    expect([clip.text, clip.audio]).toEqual(['', undefined]);
    expect((await answerTo(chat, '/erase')).text).toContain('There is nothing of yours here');
    // What others sent is theirs.
    expect((await answerTo(chat, '/recordings')).text).toMatch(/voice .*: ready/);
  });

  it('erases also what is on its way: nothing comes of it', async () => {
    const { chat } = admin;
    const ids = async (): Promise<string[]> => {
      const path = '/v1/recordings?limit=200';
      return (await world.server.get<{ recordings: { id: string }[] }>(path)).recordings.map(({ id }) => id);
    };
    const before = await ids();
    // Telegram hands the files out so late that none is a recording yet.
    world.telegram.failNext('download', { slowMs: 30_000, times: 3, after: 'afterEffect' });
    const sent = [994, 995, 996].map((seed) => chat.sendVoice(sound(seed), { caption: 'Scenario: note' }));
    const large = chat.sendDocument({ claimedSize: 30_000_000 }, { fileName: 'long.mp3' });
    const offer = await see(chat, 'long.mp3 is too large for Telegram', { after: large });
    const statuses = await Promise.all(
      sent.map((one) => see(chat, ({ from, replyTo }) => from === 'bot' && replyTo === one.id)),
    );
    const all = await answerTo(chat, '/erase');
    expect(all.text).toContain('(4 recordings)');
    await chat.press({ text: 'Yes, erase everything', in: all });
    await see(chat, '4 recordings are being erased.');
    await see(chat, () => statuses.every(({ deleted }) => deleted));
    const [, token = ''] = offer.buttons.flat()[0]?.url?.split('#') ?? [];
    const used = await world.server.request('/v1/upload-links/use', {
      ...{ method: 'POST', key: null, headers: { authorization: `Upload ${token}` }, body: new FormData() },
    });
    expect(used.text).toContain('upload-link-revoked');
    const isIdle = async (): Promise<boolean> => {
      const page = await world.server.get<{ jobs: object[] }>('/v1/jobs?state=ready,running');
      return page.jobs.length === 0;
    };
    while (!(await isIdle())) await sleep(200);
    expect(await ids()).toEqual(before);
    expect((await answerTo(chat, '/erase')).text).toContain('There is nothing of yours here');
    expect(
      chat.messages.some(({ from, text, id }) => from === 'bot' && id > all.id && text.includes('📄')),
    ).toBe(false);
  });

  it('lets nobody in by an invitation that has expired', async () => {
    const printed = await world.server.vox('members', 'invite', '--owner', 'owner', '--hours', '0.0001');
    const [, payload = ''] = /\?start=([\w-]+)$/m.exec(printed) ?? [];
    const late = world.telegram.user({ firstName: 'Lou', languageCode: 'en' }).privateChat();
    await sleep(500);
    late.start(payload);
    await see(late, 'This invitation has expired. Please ask for a new one.');
    expect((await answerTo(late, '/recordings')).text).toContain('I do not know you yet');
  });

  it('does not answer any more who floods it, and says so once', async () => {
    const { chat } = await world.member('analyst', { firstName: 'Flo' });
    const help = await answerTo(chat, '/help');
    for (let press = 0; press < 60; press += 1) await chat.pressRaw(help, 'forged');
    const said = await see(chat, 'That was a lot at once.');
    const ignored = chat.say('/help');
    await sleep(1_500);
    expect(fromBot(chat).filter(({ id }) => id > said.id && id > ignored.id)).toEqual([]);
    expect((await answerTo(bea.chat, '/id')).text).toContain('Role');
  });

  it('kept within the limits of Telegram, and wrote down no secret', () => {
    expectManners(world);
  });
});
