import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

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
  startedAt: number;
  /** Null while it is under way, and for ever when it was cut. */
  finishedAt: number | null;
}

/** What a fake does with one call, faults aside. */
export interface FakeWork {
  about: string;
  answer(): unknown;
}

/**
 * A provider on loopback that speaks real HTTP. Stands in for what cannot be had in a test; says so in a header of every
 * answer. Calls are counted when they arrive; a fault is used up by one call.
 */
export abstract class FakeProvider {
  readonly calls: FakeCall[] = [];
  /** Milliseconds that every call takes. */
  latencyMs = 0;
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
    const { server } = this;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
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

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const work = await this.receive(request);
    const call: FakeCall = { about: work.about, startedAt: Date.now(), finishedAt: null };
    this.calls.push(call);
    const fault = this.faults.shift() ?? this.standing?.(work.about);
    await sleep(this.latencyMs);
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
      response.writeHead(200, headers);
      response.end(fault ? fault.body : JSON.stringify(work.answer()));
    }
    call.finishedAt = Date.now();
  }
}
