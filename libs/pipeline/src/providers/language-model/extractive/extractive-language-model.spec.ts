import { WriteRequest } from '../language-model';
import { ExtractiveLanguageModel } from './extractive-language-model';
import { keySentences, keyTerms, toSentences } from './key-sentences';

const line = (start: number, text: string) => ({ start, end: start + 2, text });
const transcript = [
  line(0, 'Hello and welcome to the show today.'),
  line(5, 'The air conditioning in our room was far too loud.'),
  line(10, 'I could not sleep because the air conditioning was loud in the room.'),
  line(15, 'My cat likes fish.'),
  line(20, 'Please repair the air conditioning in every room.'),
];
const request = (part: string, change: Partial<WriteRequest> = {}): WriteRequest => ({
  ...{
    reportType: 'summary',
    part,
    instructions: '',
    language: 'en',
    transcript,
    gaps: [],
    maxOutputTokens: 1,
  },
  ...change,
});
const write = async (part: string, change?: Partial<WriteRequest>): Promise<string> =>
  (await new ExtractiveLanguageModel().write(request(part, change), new AbortController().signal)).text;

describe('The extractive method', () => {
  it('says what it is, in every part and language', async () => {
    for (const part of ['overview', 'key-points', 'follow-ups']) {
      expect(await write(part)).toContain('not written by a language model');
      expect(await write(part, { language: 'ru' })).toContain('без языковой модели');
    }
  });
  it('quotes what the conversation is about, with its time, word for word', async () => {
    const overview = await write('overview', { transcript });
    expect(overview).toContain('[00:05] “The air conditioning in our room was far too loud.”');
    expect(overview).not.toContain('cat');
  });
  it('finds wishes by key words, or says that there are none', async () => {
    expect(await write('follow-ups')).toContain('[00:20] “Please repair');
    expect(await write('follow-ups', { transcript: [line(0, 'It was fine for us all.')] })).toContain(
      'No sentence holds',
    );
  });
  it('tells of gaps, and quotes all of a conversation too short to choose from', async () => {
    expect(await write('overview', { gaps: [{ start: 1, end: 2 }] })).toContain('could not be transcribed');
    expect(await write('overview', { transcript: [line(3, 'Yes.')] })).toContain('[00:03] “Yes.”');
  });
  it('does not choose two sentences that say the same', () => {
    const doubled = toSentences([
      ...transcript.slice(0, 2),
      line(6, transcript[1]!.text),
      ...transcript.slice(3),
    ]);
    const chosen = keySentences(doubled, 2).map((sentence) => sentence.text);
    expect(new Set(chosen).size).toBe(2);
  });
  it('names pairs of words rather than their halves', () => {
    expect(keyTerms(toSentences(transcript), 5)[0]).toBe('air conditioning');
  });
});
