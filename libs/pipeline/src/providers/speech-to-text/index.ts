export * from './speech-to-text';
export * from './choose';
export { OpenAiSpeechToText } from './openai/openai-speech-to-text';
export { PocketsphinxSpeechToText } from './pocketsphinx/pocketsphinx-speech-to-text';
export {
  WhisperLocalSpeechToText,
  type WhisperLocalOptions,
} from './whisper-local/whisper-local-speech-to-text';
