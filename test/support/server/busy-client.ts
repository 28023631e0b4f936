import { errorCode, reasonOf } from '@voxpersona/platform';
import { Agent, request } from 'node:http';

/** Sends one request after the other over a connection that it keeps, until it cannot. */
export class BusyClient {
  /** Of every answer: its status, and what it said of the connection. */
  readonly answers: { status: number; connection: string | undefined }[] = [];
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private ended: Promise<string> = Promise.resolve('');

  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  /** Resolves after the first answer. */
  async start(): Promise<void> {
    await this.ask();
    this.ended = this.goOn();
  }

  /** Waits until it cannot go on. @returns code of the error */
  end(): Promise<string> {
    return this.ended;
  }

  private async goOn(): Promise<string> {
    for (;;) {
      const code = await this.ask().then(
        () => undefined,
        (error: unknown) => errorCode(error) ?? reasonOf(error),
      );
      if (code !== undefined) return code;
    }
  }

  private ask(): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.key}` };
      const call = request(this.url, { agent: this.agent, headers }, (response) => {
        this.answers.push({ status: response.statusCode ?? 0, connection: response.headers.connection });
        response.resume().on('end', resolve).on('error', reject);
      });
      call.on('error', reject).end();
    });
  }
}
