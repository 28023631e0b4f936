import busboy from 'busboy';
import { createHash } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { FakeProvider, FakeWork } from '../fake-provider';

export interface FakeSegment {
  start: number;
  end: number;
  text: string;
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

/** Wire-level stand-in for POST /v1/audio/transcriptions. Hears, in any audio, words made from its hash. */
export class FakeOpenAi extends FakeProvider {
  /** The fields of every request, in order. */
  readonly requests: ReadonlyMap<string, string>[] = [];
  /** What is heard in a chunk; may be replaced. */
  hear: (sha256: string, audio: Buffer) => FakeSegment[] = (sha256) =>
    [0, 1, 2].map((sentence) => ({
      start: sentence * 2,
      end: sentence * 2 + 1.8,
      text: ` The ${wordsOfAudio(sha256)
        .slice(sentence * 3, sentence * 3 + 3)
        .join(' ')}.`,
    }));
  language = 'english';

  protected async receive(request: IncomingMessage): Promise<FakeWork> {
    if (request.url !== '/v1/audio/transcriptions')
      throw new Error(`The fake does not know ${request.url ?? ''}`);
    if (!request.headers.authorization?.startsWith('Bearer ')) throw new Error('There is no key');
    const { audio, fields } = await readForm(request);
    if (!fields.has('model')) throw new Error('model is required');
    const about = createHash('sha256').update(audio).digest('hex');
    this.requests.push(fields);
    return { about, answer: () => this.answer(about, audio, fields.get('response_format')) };
  }

  private answer(sha256: string, audio: Buffer, format: string | undefined): unknown {
    const segments = this.hear(sha256, audio);
    const text = segments.map((segment) => segment.text).join('');
    if (format !== 'verbose_json') return { text };
    return { task: 'transcribe', language: this.language, duration: 6, text, segments };
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
    parser.on('field', (name, value) => fields.set(name, value));
    parser.on('error', reject);
    parser.on('close', () => resolve({ audio: Buffer.concat(pieces), fields }));
    request.pipe(parser);
  });
}
