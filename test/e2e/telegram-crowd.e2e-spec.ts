import { longRecording } from '@test/audio/audio';
import { proofSize } from '@test/proof-size';
import { BotWorld, openBotWorld, see } from '@test/telegram/bot-world';
import { Chat } from '@test/telegram/fake-telegram';
import { readFileSync } from 'node:fs';

const PEOPLE = proofSize({ short: 30, full: 100 });
const PATIENCE_MS = 10 * 60_000;

describe('Many people at once', () => {
  let world: BotWorld;

  beforeAll(async () => {
    world = await openBotWorld();
  });

  afterAll(() => world.close());

  /** The first words of a recording, which no other has. */
  async function wordsOf(fileName: string): Promise<string> {
    const { server } = world;
    const { recordings } = await server.get<{ recordings: { id: string }[] }>(
      `/v1/recordings?fileName=${fileName}`,
    );
    const { lines } = await server.get<{ lines: { text: string }[] }>(
      `/v1/recordings/${recordings[0]?.id ?? ''}/transcript`,
    );
    return lines[0]?.text ?? '';
  }

  it(
    'each get their own result, and the limits of Telegram hold',
    async () => {
      const { telegram } = world;
      const startedAt = Date.now();
      const chats: Chat[] = [];
      for (let index = 0; index < PEOPLE; index += 1) {
        const chat = telegram
          .user({ firstName: `Person ${index}`, languageCode: index % 2 ? 'ru' : 'en' })
          .privateChat();
        chat.start(await world.invitation('analyst'));
        chats.push(chat);
      }
      await Promise.all(chats.map((chat) => see(chat, '/recordings', { timeoutMs: PATIENCE_MS })));
      const names = chats.map((_, index) => `crowd-${index}.mp3`);
      for (const [index, chat] of chats.entries()) {
        chat.sendAudio(readFileSync(longRecording(4, 9_000 + index)), {
          ...{ fileName: names[index]!, mimeType: 'audio/mpeg', caption: 'Scenario: note' },
        });
      }
      await Promise.all(
        chats.map((chat, index) => see(chat, `📄 ${names[index]!}`, { timeoutMs: PATIENCE_MS })),
      );
      await Promise.all(chats.map((chat) => see(chat, /: (done|готово)\./, { timeoutMs: PATIENCE_MS })));
      const words = await Promise.all(names.map(wordsOf));
      expect(new Set(words).size).toBe(PEOPLE);
      for (const [index, chat] of chats.entries()) {
        const said = chat.transcript();
        const seen = words.filter((one) => said.includes(one));
        expect(seen).toEqual([words[index]]);
      }
      process.stdout.write(
        `${PEOPLE} people, ${telegram.calls.length} calls, ${Math.round((Date.now() - startedAt) / 1_000)} s\n`,
      );
      expect(telegram.violations).toEqual([]);
    },
    PATIENCE_MS,
  );
});
