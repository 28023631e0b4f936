import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestAnswer, TestServer } from '../server/test-server';
import { ServerWatch } from './server-watch';
import { uniqueAudio } from './unique-audio';

/** A file that somebody sends until it is taken, and what they were told. */
export interface Sending {
  /** What was going on, for the message of a failure. */
  during: string;
  content: Buffer;
  sha256: string;
  idempotencyKey: string | undefined;
  /** Ids that answers gave the recording: one, if all is well. */
  ids: Set<string>;
  /** Statuses of the answers in order; 0: none came. */
  statuses: number[];
  /** When it was first sent, as of `Date.now()`. */
  startedAt: number;
  /** When it was taken, as of `Date.now()`. */
  takenAt: number | undefined;
}

/** Longest wait before a request is sent again: less patient than `Retry-After` asks for. */
const PAUSE_MS = 400;
/** From the first try on; longer than any outage, with 10 s to spare. */
const PATIENCE_MS = 22_000;

type Init = RequestInit & { key?: string | null };

/** Clients that send again what was not answered with a success, as docs/errors.md tells them to. */
export class Sender {
  readonly sendings: Sending[] = [];
  /** Answers that no outage explains: errors of the server, and connections that broke. */
  readonly strange: string[] = [];

  constructor(
    private readonly server: TestServer,
    private readonly watch: ServerWatch,
  ) {}

  /** Uploads a file of its own. Ends when it was taken, or when its sender gives up. */
  async upload(during: string, options: { isKeyed?: boolean; patienceMs?: number } = {}): Promise<Sending> {
    const sending = this.newSending(during, options.isKeyed ?? false);
    const key = sending.idempotencyKey;
    await this.send(sending, '/v1/recordings', { headers: key ? { 'idempotency-key': key } : {} }, options);
    return sending;
  }

  /** Sends a file of its own by an upload link. */
  async uploadBy(link: string, during: string): Promise<Sending> {
    const sending = this.newSending(during, false);
    await this.sendBy(link, sending);
    return sending;
  }

  /** Sends that file by an upload link, which may be for the second time. */
  async sendBy(link: string, sending: Sending): Promise<TestAnswer | undefined> {
    const headers = { authorization: `Upload ${link}` };
    return this.send(sending, '/v1/upload-links/use', { key: null, headers });
  }

  /** Sends JSON until the answer is neither an outage nor "under way". @throws Error when that does not come */
  async insist(method: string, path: string, body?: unknown, init: Init = {}): Promise<TestAnswer> {
    const headers = {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
      ...(init.headers as object),
    };
    const request = { ...init, method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const statuses: number[] = [];
    const answer = await this.until(() => this.attempt(path, request), statuses, PATIENCE_MS);
    if (!answer) throw new Error(`${method} ${path} was never answered: ${statuses.join(', ')}`);
    return answer;
  }

  private newSending(during: string, isKeyed: boolean): Sending {
    const content = uniqueAudio();
    const sending: Sending = {
      during,
      content,
      sha256: createHash('sha256').update(content).digest('hex'),
      idempotencyKey: isKeyed ? randomUUID() : undefined,
      ids: new Set(),
      statuses: [],
      startedAt: Date.now(),
      takenAt: undefined,
    };
    this.sendings.push(sending);
    return sending;
  }

  private async send(
    sending: Sending,
    path: string,
    init: Init,
    { patienceMs = PATIENCE_MS }: { patienceMs?: number } = {},
  ): Promise<TestAnswer | undefined> {
    const attempt = async (): Promise<TestAnswer | undefined> => {
      const body = new FormData();
      // What a request is compared by when it is sent again.
      body.set('file', new Blob([sending.content]), `${sending.sha256.slice(0, 8)}.wav`);
      if (path === '/v1/recordings') body.set('reports', '');
      return this.attempt(path, { ...init, method: 'POST', body });
    };
    const answer = await this.until(attempt, sending.statuses, patienceMs);
    if (answer && isSuccess(answer)) {
      sending.ids.add((answer.body as { id: string }).id);
      sending.takenAt ??= Date.now();
    }
    return answer;
  }

  /** @returns undefined when the server gave no answer */
  private async attempt(path: string, init: Init): Promise<TestAnswer | undefined> {
    try {
      const answer = await this.server.request(path, init);
      if (answer.status >= 500 && answer.status !== 503) this.strange.push(`${path}: ${answer.text}`);
      return answer;
    } catch (error) {
      this.strange.push(`${path}: ${String(error)}`);
      await this.watch.revive();
      return undefined;
    }
  }

  private async until(
    attempt: () => Promise<TestAnswer | undefined>,
    statuses: number[],
    patienceMs: number,
  ): Promise<TestAnswer | undefined> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const answer = await attempt();
      statuses.push(answer?.status ?? 0);
      if (answer && !isToBeSentAgain(answer)) return answer;
      if (Date.now() > deadline) return undefined;
      await sleep(PAUSE_MS);
    }
  }
}

export function statusesOf({ during, statuses }: Sending): string {
  return `${during}: ${statuses.join(', ')}`;
}

export function isSuccess({ status }: TestAnswer): boolean {
  return status >= 200 && status < 300;
}

function isToBeSentAgain({ status, headers }: TestAnswer): boolean {
  // 409 with Retry-After: a request under this Idempotency-Key is under way.
  return status >= 500 || (status === 409 && headers.has('retry-after'));
}
