import { KeptFile } from './files';
import { renderHtml } from './render-html';
import { Button, ChatMessage, Entity, FormattedText, MessageFile, PersonProfile, Wire } from './types';

export type MediaKind = 'voice' | 'audio' | 'document' | 'video' | 'video_note' | 'photo' | 'sticker';

/** What a message carries beside its text. */
export interface Attachment {
  kind: MediaKind;
  file: KeptFile;
  /** The value of the field named by the kind. */
  wire: unknown;
  about: { durationSeconds?: number; title?: string; performer?: string };
}

export interface MessageContent extends FormattedText {
  attachment?: Attachment;
  /** Telegram's reply_markup. */
  markup?: Wire;
  replyTo?: KeptMessage;
  /** Further fields of the message: forward_origin, media_group_id, new_chat_members… */
  extras?: Wire;
}

/** A message as the server keeps it. Revisions count all changes in one server, so that "later" can be told. */
export class KeptMessage implements ChatMessage {
  text: string;
  entities: Entity[];
  markup: Wire | undefined;
  deleted = false;
  readonly edits: { at: number; text: string }[] = [];
  date = Math.floor(Date.now() / 1_000);
  attachment: Attachment | undefined;
  readonly extras: Wire;
  readonly repliesTo: KeptMessage | undefined;
  changedIn: number;

  constructor(
    readonly id: number,
    readonly chatId: number,
    readonly from: 'bot' | PersonProfile,
    content: MessageContent,
    readonly createdIn: number,
  ) {
    this.text = content.text;
    this.entities = content.entities;
    this.markup = content.markup;
    this.attachment = content.attachment;
    this.extras = content.extras ?? {};
    this.repliesTo = content.replyTo;
    this.changedIn = createdIn;
  }

  get html(): string {
    return renderHtml(this);
  }

  get replyTo(): number | undefined {
    return this.repliesTo?.id;
  }

  get topic(): number | undefined {
    const { message_thread_id: topic } = this.extras;
    return typeof topic === 'number' ? topic : undefined;
  }

  get repliesToBot(): boolean {
    return this.repliesTo?.from === 'bot';
  }

  get buttons(): Button[][] {
    return inlineRows(this.markup).map((row) =>
      row.map(({ text, callback_data: data, url }) => ({
        text: String(text),
        ...(typeof data === 'string' ? { data } : {}),
        ...(typeof url === 'string' ? { url } : {}),
      })),
    );
  }

  get document(): MessageFile | undefined {
    return this.fileOf('document');
  }

  get audio(): MessageFile | undefined {
    return this.fileOf('audio');
  }

  get voice(): MessageFile | undefined {
    return this.fileOf('voice');
  }

  /** Whether an edit to this would change nothing. */
  isSame({ text, entities }: FormattedText, markup: Wire | undefined): boolean {
    return (
      this.text === text &&
      JSON.stringify(this.entities) === JSON.stringify(entities) &&
      JSON.stringify(inlineRows(this.markup)) === JSON.stringify(inlineRows(markup))
    );
  }

  edit(content: MessageContent, markup: Wire | undefined, revision: number): void {
    if (content.attachment) this.attachment = content.attachment;
    this.text = content.text;
    this.entities = content.entities;
    this.markup = markup;
    this.edits.push({ at: Date.now(), text: content.text });
    this.changedIn = revision;
  }

  /** As the bot sees it, without the message that it replies to. */
  toWire(chat: Wire, from: Wire): Wire {
    const names = this.attachment
      ? { text: 'caption', entities: 'caption_entities' }
      : { text: 'text', entities: 'entities' };
    const lastEdit = this.edits.at(-1);
    return {
      message_id: this.id,
      from,
      chat,
      date: this.date,
      ...(lastEdit ? { edit_date: Math.floor(lastEdit.at / 1_000) } : {}),
      ...(this.attachment ? { [this.attachment.kind]: this.attachment.wire } : {}),
      ...(this.text === '' ? {} : { [names.text]: this.text }),
      ...(this.entities.length > 0 ? { [names.entities]: this.entities } : {}),
      ...(inlineRows(this.markup).length > 0 ? { reply_markup: this.markup } : {}),
      ...this.extras,
    };
  }

  private fileOf(kind: MediaKind): MessageFile | undefined {
    if (this.attachment?.kind !== kind) return undefined;
    const { file, about } = this.attachment;
    const { fileName, mimeType, size } = file;
    return { fileName, mimeType, size, bytes: file.bytes ?? Buffer.alloc(0), caption: this.text, ...about };
  }
}

/** Of a message in a topic of a group. */
export function inTopic(topic: number): Wire {
  return { message_thread_id: topic, is_topic_message: true };
}

function inlineRows(markup: Wire | undefined): Wire[][] {
  const rows = markup?.inline_keyboard;
  return Array.isArray(rows) ? (rows as Wire[][]).filter((row) => row.length > 0) : [];
}
