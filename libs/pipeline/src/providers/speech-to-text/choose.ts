import { OpenAiSpeechToText } from './openai/openai-speech-to-text';
import { PocketsphinxSpeechToText } from './pocketsphinx/pocketsphinx-speech-to-text';
import { ChunkPreference, SpeechToText } from './speech-to-text';

export interface SpeechToTextChoice {
  /** `auto` takes the first that can work. */
  provider: 'auto' | 'openai' | 'pocketsphinx';
  openai: {
    apiKey: string | undefined;
    baseUrl: string | undefined;
    model: string;
    concurrency: number;
    timeoutMs: number;
  };
  chunks: Partial<ChunkPreference>;
}

/** No recogniser can work here; the message says what to do. */
export class NoSpeechToText extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoSpeechToText';
  }
}

/**
 * Picks the recogniser and says why.
 *
 * @throws NoSpeechToText
 */
export function chooseSpeechToText(choice: SpeechToTextChoice): { provider: SpeechToText; reason: string } {
  const { apiKey, ...openai } = choice.openai;
  if (choice.provider !== 'pocketsphinx' && apiKey !== undefined) {
    const provider = new OpenAiSpeechToText({ ...openai, apiKey, chunks: choice.chunks });
    return {
      provider,
      reason: choice.provider === 'auto' ? 'OPENAI_API_KEY is set' : 'SPEECH_TO_TEXT=openai',
    };
  }
  if (choice.provider === 'openai') {
    throw new NoSpeechToText('SPEECH_TO_TEXT=openai needs OPENAI_API_KEY.');
  }
  if (PocketsphinxSpeechToText.isInstalled()) {
    const provider = new PocketsphinxSpeechToText(choice.chunks);
    const auto = 'OPENAI_API_KEY is not set and pocketsphinx is installed';
    return { provider, reason: choice.provider === 'auto' ? auto : 'SPEECH_TO_TEXT=pocketsphinx' };
  }
  throw new NoSpeechToText(
    'There is no recogniser: set OPENAI_API_KEY, or install pocketsphinx ' +
      '(Debian: apt-get install pocketsphinx pocketsphinx-en-us).',
  );
}
