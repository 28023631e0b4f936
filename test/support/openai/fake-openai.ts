import busboy from 'busboy';
import { createHash } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { FakeProvider, FakeWork } from '../fake-provider';

export interface FakeSegment {
  start: number;
  end: number;
  text: string;
  /** Given only to those who ask for word times. */
  words?: { start: number; end: number; word: string }[];
  no_speech_prob?: number;
  avg_logprob?: number;
  compression_ratio?: number;
}

interface Form {
  audio: Buffer;
  fields: Map<string, string>;
}

const SYLLABLES = [
  'ba',
  'ko',
  'ri',
  'ten',
  'mu',
  'sal',
  'vo',
  'ne',
  'gar',
  'li',
  'po',
  'das',
  'fe',
  'zun',
  'hi',
  'mor',
];

/** Three sentences of made-up words that only this audio gives: rare enough to be looked for in a dump. */
export function wordsOfAudio(sha256: string): string[] {
  const bytes = Buffer.from(sha256, 'hex');
  return Array.from({ length: 9 }, (_, index) =>
    [0, 1, 2].map((offset) => SYLLABLES[(bytes[index * 3 + offset] ?? 0) % SYLLABLES.length]).join(''),
  );
}

/** Makes the whole body of an answer. Fields that were sent several times stand in one value, with commas between. */
export type Respond = (audio: Buffer, fields: ReadonlyMap<string, string>) => Promise<unknown>;

/**
 * Wire-level stand-in for POST /v1/audio/transcriptions. Hears, in any audio, words made from its hash; given
 * `answerTones`, it hears what is really there.
 */
export class FakeOpenAi extends FakeProvider {
  /** The fields of every request, in order. */
  readonly requests: ReadonlyMap<string, string>[] = [];
  /**
   * What is heard in a chunk; may be replaced. The last sentence lasts to the end: what stops before is not believed. Chunks
   * are sent at 48 kbit/s.
   */
  hear: (sha256: string, audio: Buffer) => FakeSegment[] = (sha256, audio) =>
    [0, 1, 2].map((sentence) => ({
      start: sentence * 2,
      end: sentence < 2 ? sentence * 2 + 1.8 : Math.max(5.8, audio.length / 6_000 - 1),
      text: ` The ${wordsOfAudio(sha256)
        .slice(sentence * 3, sentence * 3 + 3)
        .join(' ')}.`,
    }));
  language = 'english';
  /** Answers in place of `hear`. */
  respond: Respond | undefined;

  protected async receive(request: IncomingMessage): Promise<FakeWork> {
    if (request.url !== '/v1/audio/transcriptions')
      throw new Error(`The fake does not know ${request.url ?? ''}`);
    if (!request.headers.authorization?.startsWith('Bearer ')) throw new Error('There is no key');
    const { audio, fields } = await readForm(request);
    if (!fields.has('model')) throw new Error('model is required');
    const about = createHash('sha256').update(audio).digest('hex');
    this.requests.push(fields);
    const { respond } = this;
    return { about, answer: () => (respond ? respond(audio, fields) : this.answer(about, audio, fields)) };
  }

  private answer(sha256: string, audio: Buffer, fields: ReadonlyMap<string, string>): unknown {
    const heard = this.hear(sha256, audio);
    const text = heard.map((segment) => segment.text).join('');
    if (fields.get('response_format') !== 'verbose_json') return { text };
    const segments = heard.map(({ words: _, ...segment }) => segment);
    const words = heard.flatMap((segment) => segment.words ?? []);
    const asked = fields.get('timestamp_granularities[]')?.includes('word') && words.length > 0;
    const answer = { task: 'transcribe', language: this.language, duration: 6, text, segments };
    return asked ? { ...answer, words } : answer;
  }
}

function readForm(request: IncomingMessage): Promise<Form> {
  return new Promise((resolve, reject) => {
    const parser = busboy({ headers: request.headers });
    const pieces: Buffer[] = [];
    const fields = new Map<string, string>();
    parser.on('file', (_name, content) => {
      content.on('data', (bytes: Buffer) => pieces.push(bytes));
    });
    parser.on('field', (name, value) => {
      const before = name.endsWith('[]') ? fields.get(name) : undefined;
      fields.set(name, before === undefined ? value : `${before},${value}`);
    });
    parser.on('error', reject);
    parser.on('close', () => resolve({ audio: Buffer.concat(pieces), fields }));
    request.pipe(parser);
  });
}
