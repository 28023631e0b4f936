/** What tests and the server's parts tell each other. Wire shapes are Telegram's own and stay loosely typed here. */

/** JSON as it goes over the wire. */
export type Wire = Record<string, unknown>;

/** A person as Telegram shows them to the bot. */
export interface PersonProfile {
  readonly id: number;
  readonly firstName: string;
  readonly lastName?: string;
  readonly username?: string;
  /** IETF tag of the person's client. */
  readonly languageCode: string;
}

/** A range of a text with a meaning; offset and length in UTF-16 code units. */
export interface Entity {
  type: string;
  offset: number;
  length: number;
  url?: string;
  language?: string;
  user?: Wire;
  custom_emoji_id?: string;
}

export interface FormattedText {
  text: string;
  entities: Entity[];
}

/** Bytes, or a file that is only said to be that many bytes long (read as zeros). */
export type FileContent = Uint8Array | { claimedSize: number };

/** A file of a message, as a person sees it. */
export interface MessageFile {
  readonly fileName: string;
  /** Empty where the file only claims its size. */
  readonly bytes: Buffer;
  /** Bytes. */
  readonly size: number;
  readonly mimeType: string;
  readonly caption: string;
  readonly durationSeconds?: number;
  readonly title?: string;
  readonly performer?: string;
}

export interface Button {
  readonly text: string;
  readonly data?: string;
  readonly url?: string;
}

/** A message as it stands in the chat now; the same object changes when the message is edited or deleted. */
export interface ChatMessage {
  readonly id: number;
  readonly chatId: number;
  readonly from: 'bot' | PersonProfile;
  /** Seconds since 1970. */
  readonly date: number;
  /** Text or caption, without markup. */
  readonly text: string;
  readonly entities: readonly Entity[];
  /** The text with its entities as tags. */
  readonly html: string;
  readonly buttons: readonly (readonly Button[])[];
  /** Id of the message that it replies to. */
  readonly replyTo: number | undefined;
  /** Of a group with topics; undefined: the general one. */
  readonly topic: number | undefined;
  readonly document: MessageFile | undefined;
  readonly audio: MessageFile | undefined;
  readonly voice: MessageFile | undefined;
  /** What the text became, and when (ms since 1970); an edit of the buttons alone is one too. */
  readonly edits: readonly { at: number; text: string }[];
  readonly deleted: boolean;
}

/** What a person sees after a press. */
export interface CallbackAnswer {
  text: string;
  showAlert: boolean;
}

/** One request of the bot; the token is not kept. Times in ms since 1970. */
export interface ApiCall {
  readonly at: number;
  readonly method: string;
  readonly parameters: Readonly<Wire>;
  readonly files: readonly { field: string; fileName: string; size: number }[];
  /** Null while it is under way, and for ever when the connection was cut. */
  finishedAt: number | null;
  /** Set when it was refused. */
  error?: { code: number; description: string };
}

/** One call over a limit of Telegram's. */
export interface Violation {
  /** Ms since 1970. */
  readonly at: number;
  readonly rule: 'overall' | 'private_chat' | 'group';
  readonly chatId: number;
  readonly method: string;
  readonly retryAfterSeconds: number;
}

/**
 * What happens to a call. With `status` it is answered like that; with `slowMs` alone it is answered late; with neither the
 * connection is cut.
 */
export interface Fault {
  status?: number;
  description?: string;
  /** Seconds. */
  retryAfter?: number;
  /** How many calls meet it; default 1. */
  times?: number;
  /** Whether the call does its work before that; default 'before': it does not. */
  after?: 'before' | 'afterEffect';
  slowMs?: number;
}

export interface FakeTelegramOptions {
  token?: string;
  botUsername?: string;
  /** 'enforce' answers 429 over a limit; 'record' (the default) only notes it. */
  limits?: 'record' | 'enforce';
  /** As telegram-bot-api --local: getFile answers a path on this disk, files up to 2 GB. */
  localServer?: boolean;
  /** The bot sees in groups only what is meant for it; default false, as after /setprivacy Disable. */
  privacyMode?: boolean;
  /** How long after a press it can be answered; default 15 000 ms. */
  queryTimeoutMs?: number;
  /** The first pause before an update is sent to the webhook again; it doubles. Default 100 ms. */
  webhookPauseMs?: number;
  /** Webhooks named https:// on loopback are called over http, as the proxy that ends TLS before a bot does. */
  webhooksBehindTlsProxy?: boolean;
}
