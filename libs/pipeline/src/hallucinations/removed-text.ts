import { Stretch } from '../stretch';

/**
 * Why text was left out, or why there is none:
 * - `text_on_silence`     nobody speaks there
 * - `repetition`          the recogniser was caught in a loop
 * - `stock_phrase`        what recognisers say of silence ("thanks for watching"), with nothing that speaks for it
 * - `recogniser_stopped`  the answer ends although there is more to hear
 * - `not_recognised`      there is something to hear, and the answer leaves it out
 */
export type GapCode =
  'text_on_silence' | 'repetition' | 'stock_phrase' | 'recogniser_stopped' | 'not_recognised';

/**
 * Text that a rule removed, kept so that people can judge the rule. Markers ("[music]") and segments that the answer holds
 * twice (`duplicate`) leave no gap: nothing is missing there.
 */
export interface RemovedText extends Stretch {
  code: GapCode | 'non_speech_marker' | 'duplicate';
  text: string;
}
