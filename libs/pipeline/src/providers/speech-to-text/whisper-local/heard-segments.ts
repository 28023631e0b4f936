import { AudioFacts } from '../answer/audio-facts';
import { repairTimes } from '../answer/repair-times';
import { SpeechSegment } from '../speech-to-text';
import { HeardText } from './whisper-messages';

/**
 * Segments in order of time, held within the audio. A text without an end reaches to the next one's start; blank texts
 * are dropped.
 */
export function heardSegments(heard: readonly HeardText[], audio: AudioFacts): SpeechSegment[] {
  return repairTimes(heard, audio);
}
