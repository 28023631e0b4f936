import { TestServer } from '../server/test-server';

/** Notices when the process of a server ends by itself, and starts it again so that the rest can be looked at. */
export class ServerWatch {
  /** The end of what each process said that ended by itself. */
  readonly deaths: string[] = [];
  private starting: Promise<void> | undefined;

  constructor(private readonly server: TestServer) {}

  async revive(): Promise<void> {
    if (this.server.pid !== undefined) return;
    this.starting ??= this.startAgain().finally(() => (this.starting = undefined));
    await this.starting;
  }

  private async startAgain(): Promise<void> {
    this.deaths.push(this.server.output.slice(-2_000));
    await this.server.start();
  }
}
