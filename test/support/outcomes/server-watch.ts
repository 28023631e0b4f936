import { TestServer } from '../server/test-server';

/** Notes when the server's process ends by itself, and restarts it so that the other checks can go on. */
export class ServerWatch {
  /** The last output of each process that ended by itself. */
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
