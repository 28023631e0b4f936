import { DENIAL_EVENTS } from './access/denials';
import { WORKSPACE_EVENTS } from './access/events';
import { AUDIO_CLAIM_EVENTS } from './audio-claim/decider';
import { RECORDING_EVENTS } from './recording/events';
import { REPORT_EVENTS } from './report/events';
import { REPROCESSING_EVENTS } from './reprocessing/events';
import { SEAL_EVENTS } from './seal/decider';
import { SWEEP_EVENTS } from './sweep/decider';
import { TELEGRAM_ACCOUNT_EVENTS } from './telegram/account';
import { CHAT_EVENTS } from './telegram/chat/events';
import { TELEGRAM_CODE_EVENTS } from './telegram/link-code';
import { eventCatalogue, EventOf } from './shared/event-definition';
import { UPLOAD_LINK_EVENTS } from './upload-link/events';

const definitions = [
  ...new Set([
    ...RECORDING_EVENTS,
    ...REPORT_EVENTS,
    ...AUDIO_CLAIM_EVENTS,
    ...WORKSPACE_EVENTS,
    ...DENIAL_EVENTS,
    ...SEAL_EVENTS,
    ...SWEEP_EVENTS,
    ...UPLOAD_LINK_EVENTS,
    ...TELEGRAM_ACCOUNT_EVENTS,
    ...TELEGRAM_CODE_EVENTS,
    ...CHAT_EVENTS,
    ...REPROCESSING_EVENTS,
  ]),
];

/** Every event that VoxPersona writes. A new event type is added to its aggregate's list, nowhere else. */
export const DOMAIN_EVENTS = eventCatalogue(definitions);

export type DomainEvent = EventOf<(typeof definitions)[number]>;
export type DomainEventType = DomainEvent['type'];
