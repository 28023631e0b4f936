import { ChunkState } from './state';

/** Codes of gaps in which there is something to hear that the recogniser gave no text for. */
const UNHEARD_CODES: ReadonlySet<string> = new Set(['not_recognised', 'recogniser_stopped']);

/** True for a chunk whose recogniser left out something that may be speech. */
export function hasUnheardSound({ gaps }: Pick<ChunkState, 'gaps'>): boolean {
  return gaps.some(({ code }) => UNHEARD_CODES.has(code));
}

/**
 * True when a chunk without text may hold speech all the same: sound was left out, or it could not be transcribed and is
 * not known to be silent. Only a recording without such a chunk is one in which nobody speaks.
 */
export function mayHoldSpeech(chunk: Pick<ChunkState, 'status' | 'gaps' | 'speech'>): boolean {
  if (chunk.status === 'failed') return chunk.speech === null || chunk.speech.length > 0;
  return hasUnheardSound(chunk);
}
