import { Decision, Refusal } from '../shared/decider';
import { RecordingCommand } from './commands';
import { RecordingEvent } from './events';

export type RecordingRefusal = Refusal<
  | 'recording_not_found'
  | 'recording_exists'
  | 'original_restored'
  | 'recording_erased'
  | 'nothing_to_retry'
  | 'nothing_to_cancel'
  | 'details_changed'
  | 'too_many_details'
  | 'transcript_not_ready'
  | 'transcript_not_found'
  | 'no_other_transcript'
  | 'still_processing'
  | 'no_speech_found'
  | 'not_split'
  | 'unknown_chunk'
>;

export type RecordingDecision = Decision<RecordingEvent, RecordingRefusal>;
export type CommandOf<Type extends RecordingCommand['type']> = Extract<RecordingCommand, { type: Type }>;
