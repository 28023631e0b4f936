import { TelegramFile } from '@voxpersona/domain';
import { Message } from 'telegraf/types';
import { minuteForFileName } from '../rendering';

/** A file of a message, as the log keeps it. */
export interface SentMedia {
  file: TelegramFile;
  fileName: string;
  caption: string;
  albumId: string | null;
  messageId: number;
}

/** Documents whose type does not say what they are are judged by their name; what they are is found out by ffmpeg. */
const MEDIA_NAME =
  /\.(aac|aif|aiff|amr|caf|flac|m4a|m4b|mka|mkv|mov|mp3|mp4|mpeg|mpg|oga|ogg|opus|wav|weba|webm|wma|avi|3gp)$/i;

interface TelegramMedia {
  file_id: string;
  file_unique_id: string;
  file_size?: number;
  duration?: number;
  mime_type?: string;
  file_name?: string;
}

/** Whether a message holds something that could be heard. */
export function holdsMedia(message: Message): boolean {
  return fileOf(message) !== undefined;
}

/**
 * Undefined for a message that holds nothing that could be heard. A file without a name gets one of the time when it was sent,
 * which it keeps.
 *
 * @param timeZone in which that time is told
 */
export function mediaOf(message: Message, timeZone: string): SentMedia | undefined {
  const found = fileOf(message);
  if (!found) return undefined;
  const { kind, media } = found;
  const sentAt = minuteForFileName(new Date(message.date * 1_000), timeZone);
  return {
    file: {
      kind,
      fileId: media.file_id,
      fileUniqueId: media.file_unique_id,
      sizeBytes: media.file_size ?? null,
      durationSeconds: media.duration ?? null,
    },
    fileName: cleanName(media.file_name) ?? `${kind} ${sentAt}`,
    caption: 'caption' in message ? (message.caption ?? '') : '',
    albumId: 'media_group_id' in message ? (message.media_group_id ?? null) : null,
    messageId: message.message_id,
  };
}

function fileOf(message: Message): { kind: TelegramFile['kind']; media: TelegramMedia } | undefined {
  if ('voice' in message) return { kind: 'voice', media: message.voice };
  if ('audio' in message) return { kind: 'audio', media: message.audio };
  if ('video' in message) return { kind: 'video', media: message.video };
  if ('video_note' in message) return { kind: 'video-note', media: message.video_note };
  if (!('document' in message)) return undefined;
  const { document } = message;
  const isMedia =
    /^(audio|video)\//.test(document.mime_type ?? '') ||
    document.mime_type === 'application/ogg' ||
    MEDIA_NAME.test(document.file_name ?? '');
  return isMedia ? { kind: 'document', media: document } : undefined;
}

/** A name is shown and kept: without a path, and without what is not to be seen. */
function cleanName(name: string | undefined): string | undefined {
  const clean = name?.split(/[/\\]/).at(-1)?.replace(/\p{C}/gu, '').trim().slice(0, 200);
  return clean === '' ? undefined : clean;
}
