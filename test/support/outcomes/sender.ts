import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestAnswer, TestServer } from '../server/test-server';
import { ServerWatch } from './server-watch';
import { uniqueAudio } from './unique-audio';

/** A file that a client sends until it is accepted, and the answers. */
export interface Sending {
  /** The fault under which it was sent, for messages. */
  during: string;
  content: Buffer;
  sha256: string;
  idempotencyKey: string | undefined;
  /** Ids of the recording in the answers. More than one is an error. */
  ids: Set<string>;
  /** Statuses of the answers in order; 0 stands for no answer. */
  statuses: number[];
  /** Time of the first try (`Date.now()`). */
  startedAt: number;
  /** Time of the first success (`Date.now()`). */
  takenAt: number | undefined;
}

/** Pause before a retry. Shorter than `Retry-After`, as clients are not always patient. */
const PAUSE_MS = 400;
/** Time for all tries: more than 10 s longer than the longest outage. */
const PATIENCE_MS = 22_000;

type Init = RequestInit & { key?: string | null };

/** Clients that retry as docs/errors.md tells them to. */
export class Sender {
  readonly sendings: Sending[] = [];
  /** Failures that no outage explains: status 500, and requests without an answer. */
  readonly strange: string[] = [];

  constructor(
    private readonly server: TestServer,
    private readonly watch: ServerWatch,
  ) {}

  /** Uploads a new file. Resolves when the upload was accepted or the client gave up. */
  async upload(during: string, options: { isKeyed?: boolean; patienceMs?: number } = {}): Promise<Sending> {
    const sending = this.newSending(during, options.isKeyed ?? false);
    await this.uploadAgain(sending, options);
    return sending;
  }

  /** Uploads the file again, under the same Idempotency-Key if it has one. */
  async uploadAgain(sending: Sending, options: { patienceMs?: number } = {}): Promise<void> {
    const key = sending.idempotencyKey;
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    await this.send(sending, '/v1/recordings', { headers }, options);
  }

  /** Sends a new file by an upload link. */
  async uploadBy(link: string, during: string): Promise<Sending> {
    const sending = this.newSending(during, false);
    await this.sendBy(link, sending);
    return sending;
  }

  /** Sends this file by an upload link, perhaps again. */
  async sendBy(link: string, sending: Sending): Promise<TestAnswer | undefined> {
    const headers = { authorization: `Upload ${link}` };
    return this.send(sending, '/v1/upload-links/use', { key: null, headers });
  }

  /** Sends JSON and retries as long as the answer says so. @throws Error when no final answer comes in time */
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

  /** @returns undefined when no answer came */
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
  // 409 with Retry-After: another request with this Idempotency-Key is still running.
  return status >= 500 || (status === 409 && headers.has('retry-after'));
}
