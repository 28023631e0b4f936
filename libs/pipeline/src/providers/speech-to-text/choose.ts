import { KeyRunner } from '../keys';
import { ProviderFailure } from '../provider-failure';
import { ModelSource, OnProgress } from '../models/model-source';
import { OpenAiSpeechToText } from './openai/openai-speech-to-text';
import { PocketsphinxSpeechToText } from './pocketsphinx/pocketsphinx-speech-to-text';
import { ChunkPreference, SpeechToText } from './speech-to-text';
import { WhisperLocalSpeechToText } from './whisper-local/whisper-local-speech-to-text';

export interface SpeechToTextChoice {
  /** `auto` takes the first that can work, in this order. */
  provider: 'auto' | 'openai' | 'whisper-local' | 'pocketsphinx';
  openai: {
    /** Undefined when no key is configured. */
    keys: KeyRunner | undefined;
    baseUrl: string | undefined;
    model: string;
    concurrency: number;
    timeoutMs: number;
  };
  whisperLocal: ModelSource;
  chunks: Partial<ChunkPreference>;
  /** Told of the download of a model. */
  onProgress: OnProgress;
}

export interface ChosenSpeechToText {
  provider: SpeechToText;
  reason: string;
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
export async function chooseSpeechToText(choice: SpeechToTextChoice): Promise<ChosenSpeechToText> {
  switch (choice.provider) {
    case 'openai':
      return openai(choice, 'SPEECH_TO_TEXT=openai');
    case 'whisper-local':
      return { provider: await whisperLocal(choice), reason: 'SPEECH_TO_TEXT=whisper-local' };
    case 'pocketsphinx':
      return pocketsphinx(choice, 'SPEECH_TO_TEXT=pocketsphinx');
    case 'auto':
      return firstThatWorks(choice);
  }
}

async function firstThatWorks(choice: SpeechToTextChoice): Promise<ChosenSpeechToText> {
  if (choice.openai.keys) return openai(choice, 'OPENAI_API_KEY is set');
  try {
    const provider = await whisperLocal(choice);
    return { provider, reason: 'OPENAI_API_KEY is not set and the model is there' };
  } catch (error) {
    if (!(error instanceof NoSpeechToText)) throw error;
    return pocketsphinx(choice, `OPENAI_API_KEY is not set, and: ${error.message}`);
  }
}

function openai(choice: SpeechToTextChoice, reason: string): ChosenSpeechToText {
  const { keys, ...options } = choice.openai;
  if (!keys) throw new NoSpeechToText('SPEECH_TO_TEXT=openai needs OPENAI_API_KEY.');
  return { provider: new OpenAiSpeechToText({ ...options, keys, chunks: choice.chunks }), reason };
}

async function whisperLocal(choice: SpeechToTextChoice): Promise<SpeechToText> {
  const { whisperLocal: source, chunks, onProgress } = choice;
  try {
    return await WhisperLocalSpeechToText.load({ ...source, chunks, onProgress });
  } catch (error) {
    if (error instanceof ProviderFailure) throw new NoSpeechToText(error.message);
    throw error;
  }
}

function pocketsphinx(choice: SpeechToTextChoice, reason: string): ChosenSpeechToText {
  if (PocketsphinxSpeechToText.isInstalled()) {
    return { provider: new PocketsphinxSpeechToText(choice.chunks), reason };
  }
  throw new NoSpeechToText(
    'There is no recogniser: set OPENAI_API_KEY, let a Whisper model be downloaded (MODELS_DOWNLOAD=yes), or install ' +
      'pocketsphinx (Debian: apt-get install pocketsphinx pocketsphinx-en-us).',
  );
}
