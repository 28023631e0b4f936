import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { endServer, listenOnLoopback } from './loopback';

/** How the fake answers one call instead of doing its work. */
export type Fault =
  | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string> }
  /** Accepts the call and cuts the connection. */
  | { kind: 'cut' }
  /** Never answers. */
  | { kind: 'hang' }
  /** 200, with this in place of the answer. */
  | { kind: 'answer'; body: string };

export interface FakeCall {
  /** What was asked, as the fake identifies it: the hash of the audio, the part of a report. */
  about: string;
  /** The key that it was made with; empty when there was none. */
  key: string;
  startedAt: number;
  /** Null while it is under way, and for ever when it was cut. */
  finishedAt: number | null;
}

/** What a fake does with one call, faults aside. */
export interface FakeWork {
  about: string;
  /** A call beside the provider's real work (a count of tokens): no faults, no latency and no limit are for it. */
  isCount?: boolean;
  /** HTTP status of the answer; default 200. */
  status?: number;
  /** The body of the answer, or a promise of it. */
  answer(): unknown;
}

/**
 * A provider on loopback that speaks real HTTP. Stands in for what cannot be had in a test; says so in a header of every
 * answer. Calls are counted when they arrive; a fault is used up by one call.
 */
export abstract class FakeProvider {
  readonly calls: FakeCall[] = [];
  /** Calls that only counted tokens. */
  readonly countCalls: FakeCall[] = [];
  /** What each key may do: over it the answer is 429. Calls that got this answer do not count against it. */
  limit: { requestsPerWindow: number; windowMs: number } | undefined;
  /** Milliseconds that every call takes. */
  latencyMs = 0;
  private readonly admitted = new Map<string, number[]>();
  private readonly faults: Fault[] = [];
  private standing: ((about: string) => Fault | undefined) | undefined;
  private server: Server | undefined;

  protected abstract receive(request: IncomingMessage): Promise<FakeWork>;

  async start(): Promise<string> {
    this.server = createServer((request, response) => {
      this.handle(request, response).catch((error: unknown) => {
        response.writeHead(400, { 'content-type': 'application/json' });
        const message = error instanceof Error ? error.message : String(error);
        response.end(JSON.stringify({ error: { type: 'invalid_request_error', message } }));
      });
    });
    return listenOnLoopback(this.server);
  }

  async stop(): Promise<void> {
    if (this.server) await endServer(this.server);
  }

  /** The next calls fail like this, one each. */
  failNext(...faults: Fault[]): void {
    this.faults.push(...faults);
  }

  /** Every call for which `choose` gives a fault fails like that, until told otherwise. */
  failAlways(choose: ((about: string) => Fault | undefined) | undefined): void {
    this.standing = choose;
  }

  /** Calls that were answered. */
  get answered(): FakeCall[] {
    return this.calls.filter((call) => call.finishedAt !== null);
  }

  /**
   * The most calls that came with a key within any window, by the fake's own clock; all of them count, refused ones
   * too.
   *
   * @param windowMs default: that of the limit
   */
  busiestWindow(key: string, windowMs: number = this.limit?.windowMs ?? 60_000): number {
    const times = this.calls.filter((call) => call.key === key).map((call) => call.startedAt);
    times.sort((a, b) => a - b);
    let oldest = 0;
    let most = 0;
    times.forEach((time, index) => {
      while (time - (times[oldest] ?? time) >= windowMs) oldest += 1;
      most = Math.max(most, index - oldest + 1);
    });
    return most;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const work = await this.receive(request);
    const call: FakeCall = {
      about: work.about,
      key: keyOf(request),
      startedAt: Date.now(),
      finishedAt: null,
    };
    (work.isCount ? this.countCalls : this.calls).push(call);
    const fault = work.isCount ? undefined : this.faultOf(call);
    if (!work.isCount) await sleep(this.latencyMs);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'cut' || response.destroyed) {
      request.socket.destroy();
      return;
    }
    const headers = {
      'content-type': 'application/json',
      'x-fake': 'this is a test double',
      'x-request-id': 'req_fake',
      'request-id': 'req_fake',
    };
    if (fault?.kind === 'status') {
      response.writeHead(fault.status, { ...headers, ...fault.headers });
      response.end(JSON.stringify(fault.body ?? { error: { type: 'fake', message: 'told to fail' } }));
    } else {
      const body = fault ? fault.body : JSON.stringify(await work.answer());
      response.writeHead(work.status ?? 200, headers);
      response.end(body);
    }
    call.finishedAt = Date.now();
  }
  private faultOf(call: FakeCall): Fault | undefined {
    return this.overLimit(call) ?? this.faults.shift() ?? this.standing?.(call.about);
  }

  private overLimit({ key, startedAt }: FakeCall): Fault | undefined {
    if (!this.limit) return undefined;
    const { requestsPerWindow, windowMs } = this.limit;
    const counting = (this.admitted.get(key) ?? []).filter((time) => startedAt - time < windowMs);
    this.admitted.set(key, counting);
    if (counting.length < requestsPerWindow) {
      counting.push(startedAt);
      return undefined;
    }
    const waitMs = (counting[0] ?? startedAt) + windowMs - startedAt;
    return {
      kind: 'status',
      status: 429,
      headers: { 'retry-after': String(Math.ceil(waitMs / 1_000)) },
      body: { error: { type: 'rate_limit_error', code: 'rate_limit_exceeded', message: 'too many' } },
    };
  }
}

/** The key of a call, as OpenAI's and Anthropic's SDKs send it. */
function keyOf({ headers }: IncomingMessage): string {
  const own = headers['x-api-key'];
  return typeof own === 'string' ? own : (headers.authorization ?? '').replace(/^Bearer /, '');
}
