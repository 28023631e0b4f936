import { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { COUNTED, findMethod } from './api-methods';
import { Desk } from './api-methods/method';
import { Faults } from './faults';
import { MOST_LOCAL, MOST_UPLOAD } from './files';
import { Parameters } from './parameters';
import { RateWindows } from './rate-windows';
import { Refusal, tooManyRequests } from './refusal';
import { readRequest, RequestBody } from './request-body';
import { ApiCall, Fault, Violation, Wire } from './types';

export interface FrontOptions {
  token: string;
  isLocal: boolean;
  enforcesLimits: boolean;
}

/** The HTTP side: finds what a request asks for, notes it, lets faults happen, and answers as Telegram does. */
export class ApiFront {
  readonly calls: ApiCall[] = [];
  readonly violations: Violation[] = [];
  readonly faults = new Faults();
  private readonly windows = new RateWindows();

  constructor(
    private readonly desk: Desk,
    private readonly options: FrontOptions,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const hungUp = new AbortController();
    response.on('close', () => hungUp.abort());
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://telegram');
    const [, isFile, token = '', rest = ''] = /^(\/file)?\/bot([^/]+)\/(.+)$/.exec(pathname) ?? [];
    try {
      if (token === '') throw new Refusal(404, 'Not Found');
      if (decodeURIComponent(token) !== this.options.token) throw new Refusal(401, 'Unauthorized');
      if (isFile !== undefined) await this.download(decodeURIComponent(rest), response, hungUp.signal);
      else await this.call(rest, searchParams, request, response, hungUp.signal);
    } catch (error) {
      // What was sent is read to its end, else the client hears a broken connection in place of the answer.
      request.resume();
      answer(response, refusalOf(error));
    }
  }

  /** Carries out a method that came as the answer of a webhook: nobody hears its result. */
  async carryOut(method: string, body: RequestBody): Promise<void> {
    const call = this.note(method, body);
    await this.execute(call, body, new AbortController().signal).catch((error: unknown) => {
      call.error = errorOf(refusalOf(error));
    });
    call.finishedAt = Date.now();
  }

  private async call(
    asked: string,
    search: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    const method = findMethod(asked)?.name ?? asked;
    const limit = this.options.isLocal ? MOST_LOCAL : MOST_UPLOAD;
    const body = await readRequest(request, search, limit).catch((error: unknown) => {
      this.note(method, { parameters: {}, files: new Map() }).error = errorOf(refusalOf(error));
      throw error;
    });
    const call = this.note(method, body);
    const outcome = await this.withFault(this.faults.take(method), signal, () =>
      this.execute(call, body, signal).then(
        (result) => ({ ok: true, result }),
        (error: unknown) => refusalOf(error),
      ),
    );
    if (outcome === 'cut') {
      response.destroy();
      return;
    }
    if (outcome instanceof Refusal) call.error = errorOf(outcome);
    if (answer(response, outcome)) call.finishedAt = Date.now();
  }

  private async withFault(
    fault: Fault | undefined,
    signal: AbortSignal,
    work: () => Promise<Wire | Refusal>,
  ): Promise<Wire | Refusal | 'cut'> {
    if (!fault) return work();
    const { status, slowMs, retryAfter } = fault;
    const isSlowOnly = status === undefined && slowMs !== undefined;
    const outcome = isSlowOnly || fault.after === 'afterEffect' ? await work() : undefined;
    if (slowMs !== undefined) await sleep(slowMs, undefined, { signal }).catch(() => undefined);
    if (outcome && isSlowOnly) return outcome;
    if (status === undefined) return 'cut';
    const parameters = retryAfter === undefined ? undefined : { retry_after: retryAfter };
    return new Refusal(status, fault.description ?? defaultDescription(fault, status), parameters);
  }

  private async execute(call: ApiCall, body: RequestBody, signal: AbortSignal): Promise<unknown> {
    const found = findMethod(call.method);
    if (!found) throw new Refusal(404, 'Not Found: method not found');
    const parameters = new Parameters(body);
    if (COUNTED.has(found.name)) this.countAgainstLimits(found.name, parameters);
    return await found.method(this.desk, parameters, signal);
  }

  private countAgainstLimits(method: string, parameters: Parameters): void {
    const chat = this.desk.world.chats.get(parameters.integer('chat_id') ?? 0);
    if (!chat) return;
    const at = Date.now();
    const breach = this.windows.judge(at, chat);
    if (breach) {
      this.violations.push({ at, chatId: chat.id, method, ...breach });
      if (this.options.enforcesLimits) throw tooManyRequests(breach.retryAfterSeconds);
    }
    this.windows.count(at, chat);
  }

  private async download(path: string, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const bytes = this.desk.world.files.read(path);
    const outcome = await this.withFault(this.faults.take('download'), signal, () =>
      Promise.resolve(bytes ? {} : new Refusal(404, 'Not Found')),
    );
    if (outcome === 'cut') {
      // Half of the file has gone out by then: the worst moment for who reads it.
      response.writeHead(200, { 'content-length': (bytes?.length ?? 0) + 1 });
      response.write(bytes?.subarray(0, bytes.length / 2) ?? '', () => response.destroy());
    } else if (outcome instanceof Refusal || !bytes) {
      answer(response, outcome);
    } else {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length });
      response.end(bytes);
    }
  }

  private note(method: string, { parameters, files }: RequestBody): ApiCall {
    const sent = [...files].map(([field, { fileName, bytes }]) => ({ field, fileName, size: bytes.length }));
    const call: ApiCall = { at: Date.now(), method, parameters, files: sent, finishedAt: null };
    this.calls.push(call);
    return call;
  }
}

/** @returns false when nobody was there any more to hear it */
function answer(response: ServerResponse, outcome: Wire | Refusal): boolean {
  if (response.destroyed || response.headersSent) return false;
  const status = outcome instanceof Refusal ? outcome.code : 200;
  response.writeHead(status, { 'content-type': 'application/json', 'x-fake': 'this is a test double' });
  response.end(JSON.stringify(outcome instanceof Refusal ? outcome.toWire() : outcome));
  return true;
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  // A fault of the test server itself; said in full, since a test has to find it.
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Refusal(500, `Internal Server Error: the test server failed: ${told}`);
}

function errorOf({ code, description }: Refusal): { code: number; description: string } {
  return { code, description };
}

function defaultDescription({ retryAfter }: Fault, status: number): string {
  return retryAfter === undefined
    ? `Told to fail with ${status}`
    : `Too Many Requests: retry after ${retryAfter}`;
}
