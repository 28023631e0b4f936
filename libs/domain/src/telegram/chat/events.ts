import { z } from 'zod';
import { defineEvent, EventOf } from '../../shared/event-definition';
import { personal } from '../../shared/personal';
import { failure, language, scenario } from '../../shared/values';
import { question } from './questions';

const chatId = z.uuid();
const intakeId = z.uuid();
const recordingId = z.uuid();

/** Languages that the bot speaks. */
export const BOT_LANGUAGES = ['en', 'ru'] as const;
export type BotLanguage = (typeof BOT_LANGUAGES)[number];

/** Where a group's recordings are taken from: all that is sent, or only what the bot is asked to take. */
export const GROUP_MODES = ['asked', 'all'] as const;

export const chatSettings = z.object({
  language: z.enum(BOT_LANGUAGES),
  /** Of the speech; null: found out by the recogniser. */
  speechLanguage: language,
  /** Taken for every recording that does not say its own; null: asked each time. */
  scenario: scenario.nullable(),
  groupMode: z.enum(GROUP_MODES),
});
export type ChatSettings = z.infer<typeof chatSettings>;

/** A member, or a group that a member brought the bot into, begins to use the bot. */
export const ChatOpened = defineEvent(
  'ChatOpened',
  z.object({
    chatId,
    ownerId: z.uuid(),
    memberId: z.uuid(),
    kind: z.enum(['private', 'group']),
    settings: chatSettings,
    /** Telegram's own number of the chat, to which messages are sent. */
    telegramChatId: personal(z.number().int()),
  }),
);

export const ChatSettingsChanged = defineEvent(
  'ChatSettingsChanged',
  z.object({ chatId, settings: chatSettings }),
);

/** Telegram says that nobody there wants messages any more: the bot was blocked, or removed from the group. */
export const ChatClosed = defineEvent('ChatClosed', z.object({ chatId }));
export const ChatReopened = defineEvent('ChatReopened', z.object({ chatId }));

/**
 * Telegram made a supergroup of a group, which gives the chat another number. The chat stays what it is here; messages that
 * were sent under the former number cannot be reached any more.
 */
export const ChatMoved = defineEvent(
  'ChatMoved',
  z.object({
    chatId,
    /** As in ChatOpened: under this member's key the number is sealed. */
    memberId: z.uuid(),
    telegramChatId: personal(z.number().int()),
    /** Recording that is being asked about there: it is asked about anew. */
    askedAbout: recordingId.nullable(),
  }),
);

/** In the stream of the new number: what comes from there belongs to the chat that moved. */
export const ChatNumberAssigned = defineEvent(
  'ChatNumberAssigned',
  z.object({ chatId, movedChatId: z.uuid() }),
);

/** A file as Telegram names it. */
export const telegramFile = z.object({
  /** By which it is fetched. */
  fileId: z.string().min(1),
  /** The same for the same content, whoever sends it. */
  fileUniqueId: z.string().min(1),
  kind: z.enum(['voice', 'audio', 'video', 'video-note', 'document']),
  /** Null where Telegram does not say. */
  sizeBytes: z.number().int().min(0).nullable(),
  durationSeconds: z.number().min(0).nullable(),
});
export type TelegramFile = z.infer<typeof telegramFile>;

/** A file was sent. From here on it is not lost: it is fetched, or it is said why not. */
export const MediaReceived = defineEvent(
  'MediaReceived',
  z.object({
    chatId,
    intakeId,
    ownerId: z.uuid(),
    /** Who sent it, and by which Telegram account. */
    memberId: z.uuid(),
    accountId: z.uuid(),
    /** Id that the recording will have, unless its audio is there already. */
    recordingId,
    /** Sealed: by it Telegram hands the audio out again. */
    file: personal(telegramFile),
    /** False: it is larger than Telegram hands out. */
    fetch: z.boolean(),
    /** Files that were sent as one; they share what is written under one of them. */
    albumId: z.string().nullable(),
    /** Telegram's number of the message, for replies. */
    messageId: z.number().int(),
    fileName: personal(z.string().min(1)),
    caption: personal(z.string()),
  }),
);

/** It is a recording now, or its audio was one already (`duplicate`). */
export const MediaStored = defineEvent(
  'MediaStored',
  z.object({
    chatId,
    intakeId,
    recordingId,
    duplicate: z.boolean(),
    /** What is to be asked about it. */
    questions: z.array(question),
    /** Whether what was understood of the caption is to be confirmed, although nothing is to be asked. */
    review: z.boolean(),
  }),
);

/** It did not become a recording, and why. */
export const MediaNotStored = defineEvent('MediaNotStored', z.object({ chatId, intakeId, failure }));

/** It is larger than Telegram hands out; a link was offered by which it can be sent past Telegram. */
export const UploadLinkOffered = defineEvent(
  'UploadLinkOffered',
  z.object({ chatId, intakeId, linkId: z.uuid(), expiresAt: z.iso.datetime() }),
);

/** Whoever sent it wants it gone before it is a recording: nothing comes of it any more, also not by a link. */
export const MediaWithdrawn = defineEvent('MediaWithdrawn', z.object({ chatId, intakeId }));

/** One detail of a recording is asked for; one question at a time in a chat. */
export const DetailAsked = defineEvent('DetailAsked', z.object({ chatId, recordingId, question }));

/** It was answered; the answer itself is in the recording, see DetailsProvided. `questions`: what is left then. */
export const DetailAnswered = defineEvent(
  'DetailAnswered',
  z.object({
    chatId,
    recordingId,
    question,
    questions: z.array(question),
    /** Request that answered: one that comes again answers nothing else. */
    answeredBy: z.uuid(),
  }),
);

export const DetailSkipped = defineEvent('DetailSkipped', z.object({ chatId, recordingId, question }));

/** Everything was asked; all of it is shown once more, to be confirmed or changed. */
export const DetailsReviewed = defineEvent('DetailsReviewed', z.object({ chatId, recordingId }));

export const DetailsConfirmed = defineEvent('DetailsConfirmed', z.object({ chatId, recordingId }));

export const CHAT_EVENTS = [
  ChatOpened,
  ChatSettingsChanged,
  ChatClosed,
  ChatReopened,
  ChatMoved,
  ChatNumberAssigned,
  MediaReceived,
  MediaStored,
  MediaNotStored,
  UploadLinkOffered,
  MediaWithdrawn,
  DetailAsked,
  DetailAnswered,
  DetailSkipped,
  DetailsReviewed,
  DetailsConfirmed,
] as const;
export type ChatEvent = EventOf<(typeof CHAT_EVENTS)[number]>;
