import { z } from 'zod';
import { channelMode } from '../shared/channels';
import { defineEvent, EventOf } from '../shared/event-definition';
import { language, scenario, sha256 } from '../shared/values';

/** Where a link was asked for; whoever asked there is told there what became of it. */
export const uploadLinkOrigin = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rest') }),
  z.object({
    kind: z.literal('telegram'),
    /** Our own id of the chat; Telegram's is a trace of a person. */
    chatId: z.uuid(),
    intakeId: z.uuid(),
  }),
]);
export type UploadLinkOrigin = z.infer<typeof uploadLinkOrigin>;

/** Whoever has the link may send one recording in the member's name. */
export const UploadLinkIssued = defineEvent(
  'UploadLinkIssued',
  z.object({
    linkId: z.uuid(),
    /** Workspace that the recording will belong to. */
    owner: z.uuid(),
    memberId: z.uuid(),
    secretSha256: sha256,
    /** ISO 8601, UTC. */
    expiresAt: z.iso.datetime(),
    /** Null: as for any upload that does not say. */
    scenario: scenario.nullable(),
    language,
    /** Null: as the workspace has it when the recording comes. */
    channels: channelMode.nullable(),
    /** Report types that the recording gets. */
    reports: z.array(z.string().min(1)),
    origin: uploadLinkOrigin,
  }),
  { version: 2, upcasters: { 1: (data) => ({ ...data, channels: null }) } },
);

/**
 * The link is closed for all but this recording. Recorded just before the recording itself is, so that of two uploads at
 * once one is too late.
 */
export const UploadLinkUsed = defineEvent(
  'UploadLinkUsed',
  z.object({
    linkId: z.uuid(),
    recordingId: z.uuid(),
    /** True: the same audio was in the workspace already, as this recording. */
    duplicate: z.boolean(),
  }),
);

export const UploadLinkRevoked = defineEvent('UploadLinkRevoked', z.object({ linkId: z.uuid() }));

export const UPLOAD_LINK_EVENTS = [UploadLinkIssued, UploadLinkUsed, UploadLinkRevoked] as const;
export type UploadLinkEvent = EventOf<(typeof UPLOAD_LINK_EVENTS)[number]>;
export type UploadLink = EventOf<typeof UploadLinkIssued>['data'];
