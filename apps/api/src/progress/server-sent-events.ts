import { Response } from 'express';
import { once } from 'node:events';

/** Proxies and browsers give up on what is silent for long. */
const HEARTBEAT_MS = 15_000;
/** A browser whose connection was cut comes back after so long. */
const RECONNECT_MS = 1_000;

export interface Message {
  /** Comes back as `Last-Event-ID`; left out: the last one stays. */
  id?: string;
  event: string;
  data: object;
}

/** One answer as a stream of server-sent events (HTML Living Standard, 9.2). */
export class ServerSentEvents {
  private readonly heartbeat: NodeJS.Timeout;
  private readonly gone = new AbortController();

  /** @param onHeartbeat asked now and then whether the client may still listen; false ends the stream */
  constructor(
    private readonly response: Response,
    onHeartbeat: () => Promise<boolean>,
  ) {
    response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // nginx would hold messages back until its buffer is full.
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    response.once('close', () => this.stop());
    this.heartbeat = setInterval(() => {
      response.write(':\n\n');
      void onHeartbeat().then(
        (mayListen) => mayListen || this.end(),
        () => this.end(),
      );
    }, HEARTBEAT_MS);
    this.heartbeat.unref();
    response.write(`retry: ${RECONNECT_MS}\n\n`);
  }

  /** Aborts when the client has gone or the stream was ended. */
  get signal(): AbortSignal {
    return this.gone.signal;
  }

  /** Resolves once the client can take more: a slow one is waited for, not buffered for. */
  async send({ id, event, data }: Message): Promise<void> {
    if (this.gone.signal.aborted) return;
    const head = id === undefined ? '' : `id: ${id}\n`;
    const taken = this.response.write(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (!taken) await once(this.response, 'drain', { signal: this.gone.signal }).catch(() => undefined);
  }

  end(): void {
    this.stop();
    this.response.end();
  }

  private stop(): void {
    clearInterval(this.heartbeat);
    this.gone.abort();
  }
}
