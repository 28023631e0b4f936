import { longRecording } from '@test/audio/audio';
import { BotWorld, expectManners, openBotWorld, see } from '@test/telegram/bot-world';
import { Chat, ChatMessage } from '@test/telegram/fake-telegram';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const NAMES = ['Ann', 'Bob', 'Cid', 'Dora'] as const;
/** Another recording for every seed. */
const sound = (seed: number): Buffer => readFileSync(longRecording(3, seed));

/** Files that come twice, too large or together; and a Telegram that fails. */
describe('The Telegram bot with files and faults', () => {
  let world: BotWorld;
  let chats: Record<(typeof NAMES)[number], Chat>;

  beforeAll(async () => {
    world = await openBotWorld();
    const came = NAMES.map(async (firstName) => [
      firstName,
      (await world.member('analyst', { firstName })).chat,
    ]);
    chats = Object.fromEntries(await Promise.all(came)) as typeof chats;
  });

  afterAll(async () => {
    if (process.env.SHOW_OUTPUT) process.stderr.write(world.server.output);
    await world.close();
  });

  const names = async (): Promise<string[]> => {
    const page = await world.server.get<{ recordings: { fileName: string }[] }>('/v1/recordings?limit=200');
    return page.recordings.map(({ fileName }) => fileName).sort();
  };
  /** Asks for one's id, which is a message and nothing else, and counts the answers. */
  const idAnswers = (chat: Chat, { id }: ChatMessage): ChatMessage[] =>
    chat.messages.filter((one) => one.from === 'bot' && one.id > id && one.text.includes('Your Telegram id'));

  it('takes what is too large for Telegram by a link, and goes on in the chat', async () => {
    const ann = chats.Ann;
    const sent = ann.sendDocument(
      { claimedSize: 30_000_000 },
      { fileName: 'conference.mp3', caption: 'City: Bonn' },
    );
    const offer = await see(ann, 'conference.mp3 is too large for Telegram', { after: sent });
    const [button] = offer.buttons.flat();
    expect(button).toMatchObject({ text: 'Send the file' });
    const [page, token = ''] = button?.url?.split('#') ?? [];
    expect(page).toBe(`${world.server.url}/send`);
    const body = new FormData();
    body.set('file', new Blob([sound(911)]), 'conference.mp3');
    const answer = await world.server.request('/v1/upload-links/use', {
      ...{ method: 'POST', key: null, headers: { authorization: `Upload ${token}` }, body },
    });
    expect(answer.status).toBe(202);
    await see(ann, /conference\.mp3.*: done/, { after: offer });
    const card = await see(ann, 'What kind of recording is it?', { after: offer });
    expect(card.text).toContain('City: Bonn');
    expect(world.server.output).not.toContain(token);
    // It is there, so it is not asked for once more.
    const again = ann.sendDocument({ claimedSize: 30_000_000 }, { fileName: 'conference.mp3' });
    await see(ann, 'You sent conference.mp3 before.', { after: again });
  });

  it('takes the same file once, by whomever it comes', async () => {
    const { Bob: bob, Cid: cid } = chats;
    const caption = 'Scenario: note';
    const sent = bob.sendAudio(sound(912), { fileName: 'first.mp3', caption });
    await see(bob, /first\.mp3.*: done/, { after: sent });
    const again = bob.forward(sent);
    const answer = await see(bob, 'You sent first.mp3 before.', { after: again });
    await bob.press({ text: 'Open', in: answer });
    await see(bob, 'Scenario: Note', { after: answer });
    const copy = cid.sendAudio(sound(912), { fileName: 'copy.mp3', caption });
    const told = await see(cid, /first\.mp3.*: done/, { after: copy });
    expect(told.text).toMatch(/^This audio is here already\.\n/);
    expect(await names()).toEqual(['conference.mp3', 'first.mp3']);
  });

  it('gives the caption of an album to all its files', async () => {
    const dora = chats.Dora;
    const caption = 'Scenario: interview\nPlace: Hotel Aurora';
    const files = [921, 922, 923].map((seed, index) => ({
      ...{ kind: 'audio' as const, content: sound(seed), fileName: `part-${index + 1}.mp3` },
      ...(index === 0 && { caption }),
    }));
    dora.album(files);
    const cards = await Promise.all(
      files.map(({ fileName }) => see(dora, new RegExp(`^📋 ${fileName}[^]*Place: Hotel Aurora`))),
    );
    // One at a time is asked about; the others wait.
    const asked = cards.filter(({ text }) => text.includes('When was it recorded?'));
    const waiting = cards.filter(({ text }) => text.includes('I ask about this one next.'));
    expect([asked.length, waiting.length]).toEqual([1, 2]);
    expect((await names()).filter((name) => name.startsWith('part-'))).toHaveLength(3);
    await see(
      dora,
      () => dora.messages.filter(({ document }) => document?.fileName.endsWith('.md')).length === 3,
    );
  });

  it('gives it also to those that came a little before it', async () => {
    const dora = chats.Dora;
    const caption = 'Scenario: interview\nPlace: Hotel Borealis';
    const side = (seed: number, fileName: string) => ({
      ...{ kind: 'audio' as const, content: sound(seed), fileName },
    });
    dora.album([side(924, 'side-1.mp3')], 'sides');
    // Telegram has answered by then: the second file is in an answer of its own.
    await sleep(700);
    dora.album([{ ...side(925, 'side-2.mp3'), caption }], 'sides');
    await see(dora, /^📋 side-1\.mp3[^]*Place: Hotel Borealis/);
    await see(dora, /^📋 side-2\.mp3[^]*Place: Hotel Borealis/);
  });

  it('waits as long as Telegram asks for', async () => {
    world.telegram.failNext('sendMessage', { status: 429, retryAfter: 2 });
    const asked = chats.Ann.say('/id');
    await see(chats.Ann, 'Your Telegram id', { after: asked });
    const calls = world.telegram
      .callsOf('sendMessage')
      .filter(({ parameters }) => Number(parameters.chat_id) === chats.Ann.id);
    const refused = calls.findIndex(({ error }) => error?.code === 429);
    expect(calls[refused + 1]!.at - calls[refused]!.at).toBeGreaterThanOrEqual(2_000);
    expect(idAnswers(chats.Ann, asked)).toHaveLength(1);
  });

  it('says twice at most what was cut off after it was said', async () => {
    world.telegram.failNext('sendMessage', { after: 'afterEffect' });
    const asked = chats.Bob.say('/id');
    await see(chats.Bob, () => idAnswers(chats.Bob, asked).length === 2);
    await see(chats.Bob, 'Settings of this chat', { after: chats.Bob.say('/settings') });
    expect(idAnswers(chats.Bob, asked)).toHaveLength(2);
  });

  it('fetches a file in spite of Telegram', async () => {
    const { telegram } = world;
    telegram.failNext('getFile', { status: 502 });
    telegram.failNext('getFile', {});
    telegram.failNext('download', {});
    const before = telegram.callsOf('getFile').length;
    const sent = chats.Cid.sendVoice(sound(931), { caption: 'Scenario: note' });
    await see(chats.Cid, /voice .*: done/, { after: sent });
    expect(telegram.callsOf('getFile').length - before).toBeGreaterThanOrEqual(4);
    expect((await names()).filter((name) => name.startsWith('voice'))).toHaveLength(1);
  });

  it('hears every update in spite of Telegram, once', async () => {
    world.telegram.failNext('getUpdates', { status: 500 });
    world.telegram.failNext('getUpdates', {});
    const asked = chats.Dora.say('/id');
    await see(chats.Dora, 'Your Telegram id', { after: asked });
    await see(chats.Dora, 'Settings of this chat', { after: chats.Dora.say('/settings') });
    expect(idAnswers(chats.Dora, asked)).toHaveLength(1);
  });

  it('tells of work that could not be done, and does it when asked again', async () => {
    world.openai.failAlways(() => ({ kind: 'status', status: 400 }));
    const sent = chats.Ann.sendVoice(sound(941), { caption: 'Scenario: note' });
    const status = await see(chats.Ann, /voice .*nothing of it could be transcribed/, { after: sent });
    world.openai.failAlways(undefined);
    await chats.Ann.press({ text: 'Try again', in: status });
    await see(chats.Ann, /voice .*: done/, { after: sent });
  });

  it('kept within the limits of Telegram, and wrote down no secret', () => {
    expectManners(world);
  });
});
