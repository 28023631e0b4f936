import { HttpException } from '@nestjs/common';
import { EventTampered, InvalidPositionToken, isStoreTransient } from '@voxpersona/event-store';
import {
  CommandRefused,
  ORIGINAL_MISSING_ADVICE,
  OriginalMissing,
  ProviderFailure,
  UnusableAudio,
  UnusableAudioCode,
} from '@voxpersona/pipeline';
import {
  GenerationRefusalCode,
  GenerationRefused,
  ReadModelBehind,
  ResourceIncomplete,
  VectorIndexNotReady,
} from '@voxpersona/projections';
import { eventAltered } from './event-altered';
import { Problem } from './problem';
import { ProblemName } from './problems';

const OF_AUDIO: Record<UnusableAudioCode, ProblemName> = {
  not_media: 'not-audio',
  no_audio_stream: 'no-sound',
  truncated: 'truncated',
  too_long: 'audio-too-long',
  too_short: 'audio-too-short',
};

const OF_REFUSAL: Readonly<Record<string, ProblemName>> = {
  recording_not_found: 'not-found',
  report_not_found: 'not-found',
  recording_erased: 'erased',
  report_erased: 'erased',
  nothing_to_retry: 'nothing-to-retry',
  nothing_to_cancel: 'nothing-to-cancel',
  details_changed: 'precondition-failed',
  too_many_details: 'limit-reached',
  invalid_details: 'invalid-details',
  transcript_not_ready: 'transcript-not-ready',
  still_processing: 'still-processing',
  no_speech_found: 'no-speech-found',
  reprocessing_not_found: 'not-found',
  item_not_found: 'not-found',
  nothing_chosen: 'nothing-chosen',
  too_many_recordings: 'limit-reached',
  reprocessing_over: 'reprocessing-over',
  nothing_to_judge: 'nothing-to-judge',
  verdict_given: 'verdict-given',
  workspace_not_found: 'not-found',
  member_not_found: 'not-found',
  key_not_found: 'not-found',
  invalid_workspace_name: 'invalid-request',
  not_allowed: 'role-not-sufficient',
  last_owner: 'last-owner',
  invitation_not_found: 'invitation-not-found',
  invitation_used: 'invitation-used',
  invitation_expired: 'invitation-expired',
  invitation_revoked: 'invitation-revoked',
  link_not_found: 'upload-link-not-found',
  link_used: 'upload-link-used',
  link_expired: 'upload-link-expired',
  link_revoked: 'upload-link-revoked',
  link_maker_denied: 'upload-link-not-allowed',
  key_too_wide: 'key-too-wide',
  key_not_active: 'key-not-active',
  too_many: 'limit-reached',
  answer_lost: 'answer-lost',
};

const OF_GENERATION: Record<GenerationRefusalCode, ProblemName> = {
  projection_not_found: 'not-found',
  rebuild_running: 'projection-busy',
  no_rebuild: 'projection-busy',
  not_now: 'projection-busy',
  generation_gone: 'generation-gone',
  generation_of_another_build: 'generation-gone',
};

const OF_STATUS: Readonly<Record<number, ProblemName>> = {
  400: 'invalid-request',
  401: 'not-authenticated',
  404: 'not-found',
  413: 'too-large',
  415: 'not-json',
};

export const COME_BACK = { 'Retry-After': '5' };

/** What a client is told about an error; undefined for one that nobody foresaw. */
export function asProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof UnusableAudio) return new Problem(OF_AUDIO[error.code], error.message);
  if (error instanceof CommandRefused) {
    const name = OF_REFUSAL[error.refusal.code];
    return name && new Problem(name, error.refusal.message);
  }
  if (error instanceof OriginalMissing) return new Problem('original-missing', ORIGINAL_MISSING_ADVICE);
  if (error instanceof GenerationRefused) return new Problem(OF_GENERATION[error.code], error.message);
  if (error instanceof InvalidPositionToken) {
    return new Problem(
      'invalid-after',
      'Give the position exactly as an earlier answer of this server gave it.',
    );
  }
  if (error instanceof EventTampered) return eventAltered(error.eventId, error.message);
  if (error instanceof ResourceIncomplete) return new Problem('unavailable', error.message);
  if (error instanceof VectorIndexNotReady || error instanceof ReadModelBehind)
    return new Problem('unavailable', error.message, COME_BACK);
  if (isOutage(error)) {
    return new Problem(
      'unavailable',
      'The event log, the database or the object storage cannot be reached. Try again soon.',
      COME_BACK,
    );
  }
  if (error instanceof HttpException) {
    const name = OF_STATUS[error.getStatus()];
    return name && new Problem(name, error.message);
  }
  return ofBodyParser(error);
}

/** The parser of JSON bodies throws errors of its own, with a status. */
function ofBodyParser(error: unknown): Problem | undefined {
  const { status, expose, type } = (error ?? {}) as { status?: unknown; expose?: unknown; type?: unknown };
  if (typeof status !== 'number' || expose !== true) return undefined;
  const name = OF_STATUS[status];
  const what = typeof type === 'string' ? ` (${type})` : '';
  return name && new Problem(name, `The body cannot be read${what}. Send JSON in UTF-8, at most 1 MB.`);
}

/** Whether the log, the database or the object storage could not be used: the same request can be sent again. */
export function isOutage(error: unknown): boolean {
  return isStoreTransient(error) || (error instanceof ProviderFailure && error.code === 'storage');
}
