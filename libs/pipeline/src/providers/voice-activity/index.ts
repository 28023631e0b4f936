export * from './voice-activity';
export { chooseVoiceActivity, type ChosenVoiceActivity, type VoiceActivityChoice } from './choose';
export { SileroVoiceActivity } from './silero/silero-voice-activity';
