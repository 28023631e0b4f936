import { longRecording } from '@test/audio/audio';
import { BotWorld, expectManners, openBotWorld, see } from '@test/telegram/bot-world';
import { ChatMessage, FakeTelegram, Group, Person } from '@test/telegram/fake-telegram';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Another recording for every seed. */
const sound = (seed: number): Buffer => readFileSync(longRecording(3, seed));
const spoken = { caption: 'Scenario: note' };

/** What the bot does where several people are. */
describe('The Telegram bot in groups', () => {
  let world: BotWorld;
  let telegram: FakeTelegram;
  let admin: { person: Person };
  let analyst: { person: Person };

  beforeAll(async () => {
    world = await openBotWorld();
    ({ telegram } = world);
    [admin, analyst] = await Promise.all([
      world.member('admin', { firstName: 'Ada' }),
      world.member('analyst', { firstName: 'Nat' }),
    ]);
  });

  afterAll(async () => {
    if (process.env.SHOW_OUTPUT) process.stderr.write(world.server.output);
    await world.close();
  });

  const fromBot = (chat: { messages: readonly ChatMessage[] }): ChatMessage[] =>
    chat.messages.filter(({ from }) => from === 'bot');
  const groupOf = (title: string): Group =>
    telegram.group({ title, members: [analyst.person], admins: [admin.person] });

  it('takes in a group what it is asked to, or everything, and only from members', async () => {
    const gus = telegram.user({ firstName: 'Gus', languageCode: 'en' });
    const group = telegram.group({
      title: 'Field work',
      members: [analyst.person, gus],
      admins: [admin.person],
    });
    const [ada, nat, stranger] = [admin.person, analyst.person, gus].map((person) => group.as(person));
    const first = nat!.sendVoice(sound(981), spoken);
    stranger!.sendVoice(sound(982), spoken);
    stranger!.say('/transcribe', { replyTo: first });
    await sleep(1_500);
    expect(fromBot(group)).toEqual([]);
    nat!.say(`/transcribe@${telegram.botUsername}`, { replyTo: first });
    const status = await see(group, /voice .*: done/);
    expect(status.replyTo).toBe(first.id);

    // By its name, in a caption or a question; and by an answer to it.
    const named = nat!.sendVoice(sound(985), { caption: `@${telegram.botUsername}\nScenario: note` });
    const done = await see(group, ({ replyTo, text }) => replyTo === named.id && text.includes('done'));
    nat!.say(`@${telegram.botUsername}x what do you say?`);
    const asked = nat!.say(`@${telegram.botUsername} zebras and giraffes`);
    await see(group, 'I found', { after: asked });
    const answered = nat!.say('zebras and giraffes', { replyTo: done });
    await see(group, 'I found', { after: answered });
    expect(fromBot(group).filter(({ text }) => text.includes('I found'))).toHaveLength(2);

    nat!.say('/group');
    const mode = await see(group, 'In this group I write down what I am asked to');
    expect(await nat!.press({ text: 'Everything', in: mode })).toMatchObject({
      text: 'Only administrators can change this.',
    });
    expect(await stranger!.press({ text: 'Everything', in: mode })).toMatchObject({ showAlert: true });
    await ada!.press({ text: 'Everything', in: mode });
    await see(group, 'In this group I write down everything');
    const taken = nat!.sendVoice(sound(983), spoken);
    const ignored = stranger!.sendVoice(sound(984), spoken);
    await see(group, (message) => message.replyTo === taken.id);
    await see(group, ({ document, id }) => document !== undefined && id > taken.id);
    expect(fromBot(group).filter(({ replyTo }) => replyTo === ignored.id)).toEqual([]);
  });

  it('stays with a group that becomes a supergroup, and asks there what it was asking', async () => {
    const group = world.telegram.group({
      title: 'Site visit',
      members: [analyst.person],
      admins: [admin.person],
    });
    const nat = group.as(analyst.person);
    nat.say('/group');
    const mode = await see(group, 'In this group I write down what I am asked to');
    await group.as(admin.person).press({ text: 'Everything', in: mode });
    await see(group, 'In this group I write down everything');
    nat.sendVoice(sound(986), { caption: 'Scenario: interview' });
    const card = await see(group, 'When was it recorded?');
    const before = group.messages.length;

    const larger = group.becomesSupergroup(admin.person);
    const again = await see(larger, 'When was it recorded?');
    expect(again.text).toBe(card.text);
    await larger.as(analyst.person).press({ text: /^Today/, in: again });
    await see(larger, 'Who recorded it?');
    larger.as(analyst.person).say('/cancel');
    await see(larger, 'no more questions');
    // The settings stay, and so does the workspace.
    const taken = larger.as(analyst.person).sendVoice(sound(987), spoken);
    await see(larger, ({ replyTo, text }) => replyTo === taken.id && text.includes('done'));
    // The service message is the last that came there.
    expect(group.messages).toHaveLength(before + 1);
  });

  it('is called by its name alone, which is no part of a caption', async () => {
    const group = groupOf('Names');
    const nat = group.as(analyst.person);
    const name = `@${telegram.botUsername}`;
    const voice = nat.sendVoice(sound(991));
    await sleep(500);
    nat.say(name, { replyTo: voice });
    await see(group, ({ replyTo, text }) => replyTo === voice.id && text.includes('What kind of recording'));
    nat.say('/cancel');
    await see(group, 'no more questions');
    await see(group, 'Reply to a voice message with /transcribe', { after: nat.say(name) });
    const named = nat.sendVoice(sound(992), { caption: `${name}\nScenario: interview\nClient: Ann Example` });
    const card = await see(
      group,
      ({ replyTo, text }) => replyTo === named.id && text.includes('When was it recorded?'),
    );
    expect(card.text).toContain('Client: Ann Example');
    expect(card.text).not.toContain('did not understand');
    nat.say('/cancel');
  });

  it('answers in the topic where it was asked', async () => {
    const group = groupOf('Topics');
    const nat = group.as(analyst.person);
    const topic = nat.say('Hotel Aurora', { topic: 7 }).topic;
    const voice = nat.sendVoice(sound(993), {
      caption: `@${telegram.botUsername}\nScenario: note`,
      topic: 7,
    });
    const done = await see(group, /voice .*: done/, { after: voice });
    await see(group, ({ document }) => document?.fileName.endsWith('.md') === true);
    await nat.press({ text: 'SRT', in: done });
    await see(group, ({ document }) => document?.fileName.endsWith('.srt') === true);
    const asked = nat.say(`@${telegram.botUsername} zebras and giraffes`, { topic: 7 });
    await see(group, 'I found', { after: asked });
    expect(
      fromBot(group)
        .filter((message) => message.topic !== topic)
        .map(({ text, document }) => document?.fileName ?? text),
    ).toEqual([]);
    await see(group, 'In this group I write down what', { after: nat.say('/group') });
    expect(fromBot(group).at(-1)?.topic).toBeUndefined();
  });

  it('goes on in words where a group lets it send no files, and says so', async () => {
    const group = groupOf('No files');
    group.forbids('document', 'audio');
    const nat = group.as(analyst.person);
    for (const seed of [994, 995]) {
      const voice = nat.sendVoice(sound(seed), { caption: `@${telegram.botUsername}\nScenario: note` });
      const done = await see(group, ({ replyTo, text }) => replyTo === voice.id && text.includes(': done'));
      await see(group, '📄', { after: voice });
      await nat.press({ text: 'SRT', in: done });
      await see(group, 'Files cannot be sent in this group', { after: voice });
    }
    expect(fromBot(group).filter(({ document }) => document)).toEqual([]);
  });

  it('kept within the limits of Telegram, and wrote down no secret', () => {
    expectManners(world);
  });
});
