import { ChatState } from './chat-state';
import { KeptMessage } from './message';
import { transcribe } from './transcript';
import { ChatMessage } from './types';
import { World } from './world';

export type Sought = string | RegExp | ((message: ChatMessage) => boolean);

export interface WaitOptions {
  /** Whose messages are looked at; default 'bot'. */
  from?: 'bot' | 'anyone';
  /** Default 20 000 ms. */
  timeoutMs?: number;
  /** Only messages that came after this one, or were edited after it came; never the message itself. */
  after?: ChatMessage;
}

const WAIT_MS = 20_000;

/** Reading a chat, as everybody in it can. */
export class ChatReading {
  constructor(
    protected readonly world: World,
    protected readonly state: ChatState,
  ) {}

  get id(): number {
    return this.state.id;
  }

  get title(): string {
    return this.state.title;
  }

  /** All messages in order, deleted ones too. */
  get messages(): readonly ChatMessage[] {
    return this.state.messages;
  }

  /** The newest message of the bot that was not deleted. */
  get lastFromBot(): ChatMessage | undefined {
    return this.state.messages.findLast((message) => message.from === 'bot' && !message.deleted);
  }

  transcript(): string {
    return transcribe(this.title, this.messages);
  }

  /**
   * The newest message that is as sought; waits for one to come or to be edited to it. Text is sought in the text or caption.
   *
   * @throws Error with the whole chat when none came in time
   */
  async waitFor(
    sought: Sought | ({ contains: string | RegExp } & WaitOptions),
    options: WaitOptions = {},
  ): Promise<ChatMessage> {
    const [what, how] =
      typeof sought === 'object' && 'contains' in sought
        ? [sought.contains, { ...options, ...sought }]
        : [sought, options];
    const matches = (message: KeptMessage): boolean => isWithin(message, how) && isSought(message, what);
    const found = await this.change(() => this.state.messages.findLast(matches), how.timeoutMs ?? WAIT_MS);
    if (found) return found;
    const wanted = typeof what === 'function' ? what.toString() : String(what);
    throw new Error(`No message with ${wanted} in ${how.timeoutMs ?? WAIT_MS} ms.\n${this.transcript()}`);
  }

  /** Looks now and after every change, until something is found or the time is over. */
  protected change<T>(look: () => T | undefined, timeoutMs: number): Promise<T | undefined> {
    const found = look();
    if (found !== undefined) return Promise.resolve(found);
    const { changes } = this.world;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        changes.off('change', onChange);
      };
      const onChange = (): void => {
        try {
          const now = look();
          if (now === undefined) return;
          end();
          resolve(now);
        } catch (error) {
          end();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const timer = setTimeout(() => {
        end();
        resolve(undefined);
      }, timeoutMs);
      changes.on('change', onChange);
    });
  }
}

/** The message as the server keeps it: whoever holds one got it from a chat of this server. */
export function kept(message: ChatMessage): KeptMessage {
  if (!(message instanceof KeptMessage)) throw new Error('This is no message of a chat');
  return message;
}

function isWithin(message: KeptMessage, { from, after }: WaitOptions): boolean {
  if (message.deleted || (message.from !== 'bot' && from !== 'anyone')) return false;
  return after === undefined || (message !== after && message.changedIn > kept(after).createdIn);
}

function isSought(message: ChatMessage, sought: Sought): boolean {
  if (typeof sought === 'function') return sought(message);
  return typeof sought === 'string'
    ? message.text.includes(sought)
    : new RegExp(sought.source, sought.flags.replace(/[gy]/g, '')).test(message.text);
}
