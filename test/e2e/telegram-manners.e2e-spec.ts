import { FORMATS, longRecording, silentVideo } from '@test/audio/audio';
import { post } from '@test/server/workspace-fixture';
import { BotWorld, expectManners, openBotWorld, see } from '@test/telegram/bot-world';
import { Chat, ChatMessage, Person } from '@test/telegram/fake-telegram';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const NAMES = ['Ann', 'Bob', 'Cid', 'Dora', 'Eve', 'Finn', 'Gail', 'Hal'] as const;
const STALE = 'This button has had its day.';
/** Another recording for every seed. */
const sound = (seed: number): Buffer => readFileSync(longRecording(3, seed));

/** What people do that nobody asked them to, and what networks do. */
describe('The Telegram bot among people', () => {
  let world: BotWorld;
  let people: Record<(typeof NAMES)[number], { person: Person; chat: Chat }>;

  beforeAll(async () => {
    world = await openBotWorld({ MAX_AUDIO_HOURS: '0.01' });
    const came = NAMES.map(async (firstName) => [firstName, await world.member('analyst', { firstName })]);
    people = Object.fromEntries(await Promise.all(came)) as typeof people;
  });

  afterAll(async () => {
    if (process.env.SHOW_OUTPUT) process.stderr.write(world.server.output);
    await world.close();
  });

  const chatOf = (name: (typeof NAMES)[number]): Chat => people[name].chat;
  const dataOf = (message: ChatMessage, label: string): string => {
    const button = message.buttons.flat().find(({ text }) => text === label);
    if (button?.data === undefined)
      throw new Error(`No button "${label}": ${JSON.stringify(message.buttons)}`);
    return button.data;
  };
  const fromBot = (chat: Chat): ChatMessage[] => chat.messages.filter(({ from }) => from === 'bot');

  it('says kindly what it cannot work with', async () => {
    const ann = chatOf('Ann');
    for (const send of [
      () => ann.sendSticker(),
      () => ann.sendPhoto(),
      () => ann.sendDocument(Buffer.from('%PDF-1.7'), { fileName: 'plan.pdf' }),
    ]) {
      const sent = send();
      const answer = await see(ann, 'I work with voice messages, audio and video.', { after: sent });
      expect(answer.replyTo).toBe(sent.id);
    }
    expect(world.telegram.callsOf('getFile')).toEqual([]);
  });

  it('says of files that cannot be heard why not', async () => {
    const [bob, cid] = [chatOf('Bob'), chatOf('Cid')];
    const whole = readFileSync(FORMATS.mp4());
    bob.sendVoice(Buffer.alloc(0));
    bob.sendVideo(readFileSync(silentVideo()), { fileName: 'silent.mp4' });
    bob.sendAudio(Buffer.from('no sound at all'), { fileName: 'letter.mp3' });
    cid.sendVideo(whole.subarray(0, whole.length / 2), { fileName: 'half.mp4' });
    cid.sendAudio(readFileSync(longRecording(40, 901)), { fileName: 'long.mp3' });
    await Promise.all([
      see(bob, /voice .* could not be taken\. There is nothing to hear in it\./),
      see(bob, 'silent.mp4 could not be taken. There is no sound in it.'),
      see(bob, 'letter.mp3 could not be taken. This file holds no sound that I can read.'),
      see(cid, /half\.mp4 could not be taken\. (The file breaks off|This file holds no sound)/),
      see(cid, 'long.mp3 could not be taken. It is longer than I can take.'),
    ]);
    const { recordings } = await world.server.get<{ recordings: object[] }>('/v1/recordings');
    expect(recordings).toEqual([]);
  });

  it('guesses nothing from a caption, and refuses buttons that are forged, copied or old', async () => {
    const [dora, eve] = [chatOf('Dora'), chatOf('Eve')];
    const caption = 'Mood: <b>splendid</b>\nDate: the day after the rain';
    const sent = dora.sendAudio(sound(902), { fileName: 'note.mp3', caption });
    const card = await see(dora, 'What kind of recording is it?', { after: sent });
    expect(card.text).toContain(`I did not understand:\n${caption}`);
    const [known] = card.text.split('These lines');
    expect(known).toMatch(/^📋 note\.mp3 \(0:0\d\)\s*$/);

    const old = dataOf(card, 'Note');
    const about = await see(eve, /\/recordings/);
    for (const data of ['', 'x', old.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')), 'q'.repeat(64)])
      expect(await dora.pressRaw(card, data)).toMatchObject({ text: STALE });
    expect(await eve.pressRaw(about, old)).toMatchObject({ text: STALE });

    await dora.press({ text: 'Note', in: card });
    await see(dora, 'Is this right?');
    expect(card.text).toContain('Scenario: Note');
    await dora.press({ text: '✅ Right', in: card });
    await see(dora, '✅ Noted.');
    expect(await dora.pressRaw(card, old)).toMatchObject({ text: STALE });
    // Nothing of it is shown to anybody else.
    expect(fromBot(eve)).toHaveLength(2);
  });

  it('lets in nobody by an invitation that was withdrawn', async () => {
    const { server, telegram } = world;
    const made = await post<{ id: string; telegramLink: string }>(
      ...[server, server.key, '/v1/invitations', { role: 'analyst' }],
    );
    await server.request(`/v1/invitations/${made.id}`, { method: 'DELETE' });
    const late = telegram.user({ firstName: 'Late', languageCode: 'en' }).privateChat();
    late.start(made.telegramLink.split('start=')[1]);
    await see(late, 'This invitation was withdrawn.');
  });

  it('tells a member who was blocked so, and nothing else', async () => {
    const { server, telegram } = world;
    const finn = chatOf('Finn');
    const settings = await see(finn, 'Settings of this chat', { after: finn.say('/settings') });
    const { members } = await server.get<{ members: { id: string; name: string }[] }>('/v1/members');
    const { id } = members.find(({ name }) => name === 'Finn')!;
    const path = `/v1/members/${id}`;
    await post(server, server.key, `${path}/block`, {});
    const fetched = telegram.callsOf('getFile').length;
    for (const send of [() => finn.say('/recordings'), () => finn.sendVoice(sound(903))]) {
      const sent = send();
      const answer = await see(finn, /./, { after: sent });
      expect(answer.text).toContain('Your access was withdrawn.');
    }
    expect(await finn.press({ text: 'Русский', in: settings })).toMatchObject({
      ...{ text: expect.stringContaining('Your access was withdrawn.'), showAlert: true },
    });
    expect(telegram.callsOf('getFile')).toHaveLength(fetched);
    await post(server, server.key, `${path}/restore`, {});
    await see(finn, 'What are you looking for?', { after: finn.say('/search') });
    // Blocked here, they may still go elsewhere.
    await post(server, server.key, `${path}/block`, {});
    await see(finn, 'This account acts for nobody now.', { after: finn.say('/leave') });
    await see(finn, 'I do not know you yet', { after: finn.say('/recordings') });
  });

  it('goes on with a person who blocked it and came back', async () => {
    const gail = chatOf('Gail');
    gail.sendVoice(sound(904), { caption: 'Scenario: note' });
    await see(gail, /voice/);
    gail.block();
    await finished(1);
    gail.unblock();
    const asked = gail.say('/id');
    await see(gail, 'Your Telegram id', { after: asked });
    await see(gail, /voice .*: done/, { after: asked });
    await see(gail, '📄', { after: asked });
  });

  it('goes on when its messages are deleted: a card comes back', async () => {
    const hal = chatOf('Hal');
    hal.sendVoice(sound(905));
    const status = await see(hal, /voice/);
    hal.deleteMessage(status);
    const card = await see(hal, 'What kind of recording is it?');
    hal.deleteMessage(card);
    hal.say('interview');
    const next = await see(hal, 'When was it recorded?');
    expect(next.id).not.toBe(card.id);
    await see(hal, '📄');
    // Of a card that is answered there are not two; how far the file is was not to be seen any more.
    expect(fromBot(hal).filter(({ deleted, text }) => !deleted && text.startsWith('📋'))).toHaveLength(1);
  });

  it('refuses a question that is too long', async () => {
    const [ann] = [chatOf('Ann')];
    const asked = ann.say('why '.repeat(750));
    await see(ann, 'Please ask in at most 2000 characters.', { after: asked });
  });

  it('kept within the limits of Telegram, and wrote down no secret', () => {
    expectManners(world);
  });

  /** Waits until so many recordings are there and nothing is worked on. */
  async function finished(atLeast: number): Promise<void> {
    for (const end = Date.now() + 60_000; Date.now() < end;) {
      const { recordings } = await world.server.get<{ recordings: { status: string }[] }>('/v1/recordings');
      const isIdle = recordings.every(({ status }) => status !== 'processing');
      if (recordings.length >= atLeast && isIdle) return;
      await sleep(100);
    }
    throw new Error('Not finished in time');
  }
});
