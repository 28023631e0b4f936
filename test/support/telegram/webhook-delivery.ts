import { request as httpRequest, IncomingMessage, STATUS_CODES } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { MOST_UPLOAD } from './files';
import { readBody, RequestBody } from './request-body';
import { Wire } from './types';
import { QueuedUpdate, UpdateQueue } from './update-queue';

const MOST_PAUSES = 64;
const ANSWER_TIMEOUT_MS = 60_000;

export interface WebhookSettings {
  url: string;
  secretToken: string;
  maxConnections: number;
  /** PEM of a self-signed certificate. */
  certificate: Buffer | undefined;
}

export interface WebhookOptions {
  /** First pause after a failure; doubles up to 64 times that. */
  pauseMs: number;
  isBehindTlsProxy: boolean;
  /** Carries out a method that came as the answer. */
  onReply: (method: string, body: RequestBody) => void;
}

/**
 * Sends updates to the bot's webhook: those of one chat one after another, those of different chats at the same time, up to
 * maxConnections. One that is not answered with 2xx is sent again, and holds up its own chat only.
 */
export class WebhookDelivery {
  settings: WebhookSettings | undefined;
  lastError: { at: number; message: string } | undefined;
  private readonly busy = new Set<string>();
  private connections = 0;
  /** Ends what is under way for settings that hold no more. */
  private round = new AbortController();

  constructor(
    private readonly queue: UpdateQueue,
    private readonly options: WebhookOptions,
  ) {
    queue.arrivals.on('arrival', () => this.pump());
  }

  set(settings: WebhookSettings): void {
    this.stop();
    this.settings = settings;
    this.pump();
  }

  /** No update is sent from now on. */
  stop(): void {
    this.round.abort();
    this.round = new AbortController();
    this.settings = undefined;
    this.lastError = undefined;
    this.busy.clear();
    this.connections = 0;
  }

  private pump(): void {
    const { settings } = this;
    if (!settings) return;
    for (const update of this.queue.all) {
      if (this.connections >= settings.maxConnections) return;
      if (this.busy.has(update.lane)) continue;
      this.busy.add(update.lane);
      void this.deliver(update, settings, this.round.signal, 0);
    }
  }

  private async deliver(
    update: QueuedUpdate,
    settings: WebhookSettings,
    signal: AbortSignal,
    failures: number,
  ): Promise<void> {
    this.connections += 1;
    const failure = await this.send(update, settings, signal).catch(
      (error: unknown) => (error instanceof Error && error.message) || 'Connection failed',
    );
    if (signal.aborted) return;
    this.connections -= 1;
    if (failure === undefined) {
      this.queue.remove(update.id);
      this.busy.delete(update.lane);
      this.pump();
      return;
    }
    this.lastError = { at: Date.now(), message: failure };
    const pauseMs = this.options.pauseMs * Math.min(2 ** failures, MOST_PAUSES);
    const timer = setTimeout(() => void this.deliver(update, settings, signal, failures + 1), pauseMs);
    signal.addEventListener('abort', () => clearTimeout(timer));
    this.pump();
  }

  /** @returns undefined when it was taken, else why not */
  private async send(
    { wire }: QueuedUpdate,
    { url, secretToken, certificate }: WebhookSettings,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const isPlain = this.options.isBehindTlsProxy || url.startsWith('http:');
    const target = new URL(isPlain ? url.replace(/^https:/, 'http:') : url);
    const body = Buffer.from(JSON.stringify(wire));
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      ...(secretToken === '' ? {} : { 'x-telegram-bot-api-secret-token': secretToken }),
    };
    const options = { method: 'POST', headers, signal, timeout: ANSWER_TIMEOUT_MS, agent: false as const };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = isPlain
        ? httpRequest(target, options, resolve)
        : httpsRequest(target, { ...options, ...(certificate ? { ca: certificate } : {}) }, resolve);
      outgoing.on('timeout', () => outgoing.destroy(new Error('Read timeout expired')));
      outgoing.on('error', reject);
      outgoing.end(body);
    });
    const status = answer.statusCode ?? 0;
    const reply = await readBody(answer, answer.headers['content-type'] ?? '', MOST_UPLOAD).catch(
      () => undefined,
    );
    if (status < 200 || status > 299)
      return `Wrong response from the webhook: ${status} ${STATUS_CODES[status] ?? ''}`;
    if (reply) this.carryOut(reply);
    return undefined;
  }

  private carryOut(reply: RequestBody): void {
    const { method, ...parameters }: Wire = reply.parameters;
    if (typeof method === 'string') this.options.onReply(method, { parameters, files: reply.files });
  }
}
