import { FORMATS } from '@test/audio/audio';
import { proofSize } from '@test/proof-size';
import { BotWorld, openBotWorld, see } from '@test/telegram/bot-world';
import { Chat, ChatMessage } from '@test/telegram/fake-telegram';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Kills at odd moments besides those between the steps. */
const KILLS = proofSize({ short: 2, full: 40 });

describe('The Telegram bot, killed', () => {
  let world: BotWorld;

  beforeAll(async () => {
    world = await openBotWorld();
  });

  afterAll(async () => {
    if (process.env.SHOW_OUTPUT) process.stderr.write(world.server.output);
    expect(world.telegram.violations).toEqual([]);
    await world.close();
  });

  async function restart(quietMs = 0): Promise<void> {
    // What Telegram has only just answered is in flight still.
    await sleep(quietMs);
    await world.server.kill();
    await world.server.start();
  }

  /** The path of one recording; `between` is called after every step. */
  async function walk(chat: Chat, between: () => Promise<void>, seed: number): Promise<void> {
    const audio = Buffer.concat([readFileSync(FORMATS.mp3()), Buffer.alloc(16, seed)]);
    chat.sendAudio(audio, { fileName: `walk ${seed}.mp3`, mimeType: 'audio/mpeg' });
    await between();
    await see(chat, byQuestion('What kind of recording is it?', seed));
    await between();
    await pressed(chat, 'Interview', byQuestion('When was it recorded?', seed));
    await between();
    await pressed(chat, /^Today/, byQuestion('Who recorded it?', seed));
    await between();
    await answered(chat, 'Ann', byQuestion('Who is the client?', seed));
    await between();
    await answered(chat, 'Aurora', byQuestion('Which place is it about?', seed));
    await between();
    await answered(chat, 'Hotel Aurora', byQuestion('What kind of place is it?', seed));
    await between();
    await pressed(chat, 'Hotel', byQuestion('Is this right?', seed));
    await between();
    await pressed(chat, '✅ Right', byQuestion('✅ Noted.', seed));
    await between();
    await see(chat, (message) => message.text.includes(`walk ${seed}.mp3`) && /: done\./.test(message.text));
    await see(chat, (message) => message.text.startsWith(`📄 walk ${seed}.mp3`));
  }

  const byQuestion =
    (question: string, seed: number) =>
    ({ text }: ChatMessage): boolean =>
      text.includes(question) && text.includes(`walk ${seed}.mp3`);

  /** As a person does whose bot is slow: nothing is pressed twice, and the button may stop spinning without a word. */
  async function pressed(
    chat: Chat,
    button: string | RegExp,
    then: (message: ChatMessage) => boolean,
  ): Promise<void> {
    const answer = chat.press(button).catch(() => undefined);
    await see(chat, then);
    await Promise.race([answer, sleep(200)]);
  }

  async function answered(chat: Chat, text: string, then: (message: ChatMessage) => boolean): Promise<void> {
    chat.say(text);
    await see(chat, then);
  }

  /** What the bot said more than once. */
  function repeated(chat: Chat): string[] {
    const said = chat.messages
      .filter(({ from, deleted }) => from === 'bot' && !deleted)
      .map(({ text, document }) => document?.fileName ?? text);
    return said.filter((text, index) => said.indexOf(text) !== index);
  }

  it('goes on at every step of a conversation, and says nothing twice', async () => {
    const { chat } = await world.member('analyst');
    await walk(chat, () => restart(500), 1);
    expect(chat.messages.filter(({ from }) => from === 'bot').length).toBeGreaterThan(4);
    expect(repeated(chat)).toEqual([]);
  }, 240_000);

  it('goes on when it is killed in the middle of things: at most what was in flight comes twice', async () => {
    const { chat } = await world.member('analyst');
    let kills = 0;
    const walked = new AbortController();
    const isOver = (): boolean => walked.signal.aborted;
    const killer = (async () => {
      while (!isOver() && kills < KILLS) {
        await sleep(300 + Math.random() * 1_500);
        if (isOver()) return;
        kills += 1;
        await restart();
      }
    })();
    const seeds = [2];
    for (const seed of seeds) {
      await walk(chat, () => Promise.resolve(), seed);
      if (kills < KILLS) seeds.push(seed + 1);
    }
    walked.abort();
    await killer;
    process.stdout.write(
      `${kills} kills in ${seeds.length} conversations, ${repeated(chat).length} messages twice\n`,
    );
    expect(repeated(chat).length).toBeLessThanOrEqual(kills);
  }, 600_000);
});
