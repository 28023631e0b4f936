import { FORMATS } from '@test/audio/audio';
import { BotWorld, openBotWorld, see, seeFile } from '@test/telegram/bot-world';
import { Chat, Person } from '@test/telegram/fake-telegram';
import { readFileSync } from 'node:fs';

/** A person with a phone, a real voice, a real recogniser: nothing on the way is made up but Telegram itself. */
describe('The Telegram bot, from an invitation to a clip', () => {
  let world: BotWorld;
  let ann: Person;
  let chat: Chat;

  beforeAll(async () => {
    world = await openBotWorld({ SPEECH_TO_TEXT: 'pocketsphinx', LANGUAGE_MODEL: 'extractive' });
    ann = world.telegram.user({ firstName: 'Ann', lastName: 'Example', languageCode: 'en' });
    chat = ann.privateChat();
  });

  afterAll(async () => {
    if (process.env.SHOW_OUTPUT) process.stderr.write(`${world.server.output}\n${chat.transcript()}\n`);
    expect(world.telegram.violations).toEqual([]);
    await world.close();
  });

  const voice = (): Buffer => readFileSync(FORMATS.ogg());

  it('tells a stranger nothing but how to ask for access', async () => {
    const asked = chat.say('What did the guest say?');
    const answer = await see(chat, 'I do not know you yet', { after: asked });
    expect(answer.text).toContain(String(ann.id));
    chat.sendVoice(voice());
    await see(chat, 'I do not know you yet', { after: answer });
    expect(world.telegram.callsOf('getFile')).toEqual([]);
  });

  it('lets in who opens an invitation, once', async () => {
    const payload = await world.invitation('admin');
    chat.start(payload);
    await see(chat, 'You are a member now');
    await see(chat, 'What I do');
    const eve = world.telegram.user({ firstName: 'Eve', languageCode: 'en' }).privateChat();
    eve.start(payload);
    await see(eve, 'has already been used');
    const forged = eve.start(`${payload.slice(0, -4)}AAAA`);
    await see(eve, /do not know this link/, { after: forged });
  });

  it('takes a voice message: one status that goes on, questions, a report, files', async () => {
    const sent = chat.sendVoice(voice(), { durationSeconds: 10 });
    const status = await see(chat, /voice .*: (I have it|safely stored|transcribed|done)/, { after: sent });
    const card = await see(chat, 'What kind of recording is it?', { after: sent });
    await chat.press({ text: 'Interview', in: card });
    await see(chat, 'When was it recorded?');
    await chat.press({ text: /^Today/, in: card });
    await see(chat, 'Who recorded it?');
    chat.say('ann example');
    await see(chat, 'Who is the client?');
    chat.say('Aurora Group');
    await see(chat, 'Which place is it about?');
    chat.say('Hotel   Aurora');
    await see(chat, 'What kind of place is it?');
    await chat.press({ text: '« Back', in: card });
    await see(chat, 'Which place is it about?');
    await chat.press({ text: 'Skip', in: card });
    await see(chat, 'What kind of place is it?');
    await chat.press({ text: 'Hotel', in: card });
    const review = await see(chat, 'Is this right?');
    expect(review.id).toBe(card.id);
    expect(review.text).toContain('Employee: Ann Example');
    expect(review.text).toContain('Place: Hotel Aurora');
    await chat.press({ text: '✅ Right', in: card });
    await see(chat, '✅ Noted.');
    const done = await see(chat, /\): done\./);
    expect(done.id).toBe(status.id);
    await see(chat, '📄');
    const report = await seeFile(chat, '.md');
    expect(report.document?.bytes.toString()).toContain('# ');
    await chat.press({ text: 'SRT', in: done });
    const srt = await seeFile(chat, '.srt');
    expect(srt.document?.bytes.toString()).toContain('-->');
    await chat.press({ text: 'Transcript', in: done });
    await see(chat, /front desk|good morning|hotel/i);
  });

  it('finds what was said, and plays it', async () => {
    const question = chat.say('How was your stay at our hotel?');
    const found = await see(chat, /I found \d passage/, { after: question });
    const clip = found.buttons.flat().find(({ text }) => text.startsWith('▶'));
    await chat.press({ text: clip?.text ?? '', in: found });
    const audio = await see(chat, (message) => message.audio !== undefined);
    expect(audio.audio?.bytes.length).toBeGreaterThan(1_000);
  });

  it('knows places and people again', async () => {
    const sent = chat.sendAudio(readFileSync(FORMATS.mp3()), {
      ...{ fileName: 'second.mp3', mimeType: 'audio/mpeg' },
      caption: 'Scenario: interview\nDate: 23.11.2026\nthe lift was slow',
    });
    const card = await see(chat, 'Who recorded it?', { after: sent });
    expect(card.text).toContain('Date: 2026-11-23');
    expect(card.text).toContain('the lift was slow');
    await chat.press({ text: 'Ann Example', in: card });
    await see(chat, 'Who is the client?');
    await chat.press({ text: 'Aurora Group', in: card });
    await see(chat, 'Which place is it about?');
    await chat.press({ text: 'Hotel Aurora', in: card });
    await see(chat, 'What kind of place is it?');
    chat.say('/cancel');
    await see(chat, 'no more questions');
    await see(chat, 'Still missing: Kind of place');
  });
});
