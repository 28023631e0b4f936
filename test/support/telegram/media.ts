import { extname } from 'node:path';
import { FileStore, KeptFile } from './files';
import { Attachment, MediaKind } from './message';
import { FileContent, Wire } from './types';

/** What is said about a file when it is sent. */
export interface MediaInfo {
  fileName?: string;
  mimeType?: string;
  durationSeconds?: number;
  title?: string;
  performer?: string;
}

const DEFAULTS: Record<MediaKind, { folder: string; ending: string; mimeType: string }> = {
  voice: { folder: 'voice', ending: '.oga', mimeType: 'audio/ogg' },
  audio: { folder: 'music', ending: '.mp3', mimeType: 'audio/mpeg' },
  document: { folder: 'documents', ending: '', mimeType: 'application/octet-stream' },
  video: { folder: 'videos', ending: '.mp4', mimeType: 'video/mp4' },
  video_note: { folder: 'video_notes', ending: '.mp4', mimeType: 'video/mp4' },
  photo: { folder: 'photos', ending: '.jpg', mimeType: 'image/jpeg' },
  sticker: { folder: 'stickers', ending: '.webp', mimeType: 'image/webp' },
};

const BY_ENDING: Record<string, string> = {
  '.mp3': 'audio/mpeg',
  '.m4a': 'audio/mp4',
  '.ogg': 'audio/ogg',
  '.oga': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.wav': 'audio/x-wav',
  '.flac': 'audio/flac',
  '.mp4': 'video/mp4',
  '.txt': 'text/plain',
  '.md': 'text/markdown',
  '.html': 'text/html',
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.zip': 'application/zip',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
};

/** A new file, and the attachment that carries it. */
export function attach(files: FileStore, kind: MediaKind, content: FileContent, info: MediaInfo): Attachment {
  const defaults = DEFAULTS[kind];
  const ownEnding = extname(info.fileName ?? '').toLowerCase();
  const file = files.keep(content, {
    fileName: info.fileName ?? `file${defaults.ending}`,
    mimeType: info.mimeType ?? BY_ENDING[ownEnding] ?? defaults.mimeType,
    folder: defaults.folder,
    ending: ownEnding || defaults.ending,
  });
  return attachKept(files, kind, file, info);
}

/** A message with a file that is there already; it gets an id of its own. */
export function attachKept(files: FileStore, kind: MediaKind, file: KeptFile, info: MediaInfo): Attachment {
  const { durationSeconds, title, performer } = info;
  const about = {
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(title === undefined ? {} : { title }),
    ...(performer === undefined ? {} : { performer }),
  };
  return { kind, file, about, wire: wireOf(kind, file, files.idFor(file), info) };
}

function wireOf(kind: MediaKind, file: KeptFile, fileId: string, info: MediaInfo): unknown {
  const ids: Wire = { file_id: fileId, file_unique_id: file.uniqueId, file_size: file.size };
  const duration = info.durationSeconds ?? 0;
  const named = { file_name: file.fileName, mime_type: file.mimeType };
  switch (kind) {
    case 'voice':
      return { ...ids, duration, mime_type: file.mimeType };
    case 'audio': {
      const { title, performer } = info;
      return { ...ids, ...named, duration, ...(title ? { title } : {}), ...(performer ? { performer } : {}) };
    }
    case 'document':
      return { ...ids, ...named };
    case 'video':
      return { ...ids, ...named, duration, width: 640, height: 480 };
    case 'video_note':
      return { ...ids, duration, length: 240 };
    case 'photo':
      return [{ ...ids, width: 1_280, height: 960 }];
    case 'sticker':
      return { ...ids, type: 'regular', width: 512, height: 512, is_animated: false, is_video: false };
  }
}
