import { ModelSource, OnProgress } from '../models/model-source';
import { ProviderFailure } from '../provider-failure';
import { SileroVoiceActivity } from './silero/silero-voice-activity';
import { VoiceActivity } from './voice-activity';

export interface VoiceActivityChoice {
  /** `auto` takes the model where it can be had. */
  provider: 'auto' | 'silero' | 'loudness';
  silero: ModelSource;
  onProgress: OnProgress;
}

export interface ChosenVoiceActivity {
  /** Undefined: speech is told from silence by loudness alone. */
  voiceActivity: VoiceActivity | undefined;
  reason: string;
}

/**
 * Picks what finds speech, and says why.
 *
 * @throws ProviderFailure when the model is asked for by name and cannot be had; its message says what to do
 */
export async function chooseVoiceActivity(choice: VoiceActivityChoice): Promise<ChosenVoiceActivity> {
  if (choice.provider === 'loudness') {
    return { voiceActivity: undefined, reason: 'VOICE_ACTIVITY=loudness' };
  }
  try {
    const voiceActivity = await SileroVoiceActivity.load(choice.silero, choice.onProgress);
    const named = choice.provider === 'silero';
    return { voiceActivity, reason: named ? 'VOICE_ACTIVITY=silero' : 'the model is installed' };
  } catch (error) {
    if (choice.provider === 'silero' || !(error instanceof ProviderFailure)) throw error;
    const why = error.message.charAt(0).toLowerCase() + error.message.slice(1);
    return { voiceActivity: undefined, reason: `loudness stands in for voice activity, because ${why}` };
  }
}
