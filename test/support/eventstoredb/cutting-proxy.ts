import { connect, createServer, Server, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port';
import { Outage, StagedOutage } from '../staged-outage';

/** Time in milliseconds that the node gets to write the append. */
const WRITE_MS = 300;

/** A TCP proxy in front of a node without TLS. It drops the answer to a chosen append. */
export class CuttingProxy {
  private readonly sockets = new Set<Socket>();
  private armed: { text: Buffer; ms: number; outage: StagedOutage } | undefined;
  private dropsAnswers = false;
  private listener: Server | undefined;
  private port = 0;

  constructor(
    private readonly host: string,
    private readonly targetPort: number,
  ) {}

  /** @returns the port of the proxy */
  async start(): Promise<number> {
    this.port = await freePort();
    await this.listen();
    return this.port;
  }

  stop(): void {
    this.listener?.close();
    this.listener = undefined;
    for (const socket of this.sockets) socket.destroy();
  }

  /**
   * Forwards the next request that contains this text, drops the answer, breaks all connections and refuses new ones.
   *
   * @param ms length of the outage in milliseconds
   */
  cutAt(text: string, ms: number): Outage {
    const outage = new StagedOutage();
    this.armed = { text: Buffer.from(text), ms, outage };
    return outage;
  }

  private async listen(): Promise<void> {
    const listener = createServer((client) => this.accept(client));
    await new Promise<void>((resolve, reject) => {
      listener.on('error', reject);
      listener.listen(this.port, '127.0.0.1', resolve);
    });
    this.listener = listener;
  }

  private accept(client: Socket): void {
    const node = connect(this.targetPort, this.host);
    for (const socket of [client, node]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        client.destroy();
        node.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      node.write(bytes);
      if (this.armed && bytes.includes(this.armed.text)) void this.cut(this.armed);
    });
    node.on('data', (bytes: Buffer) => {
      if (!this.dropsAnswers) client.write(bytes);
    });
  }

  private async cut({ ms, outage }: { ms: number; outage: StagedOutage }): Promise<void> {
    this.armed = undefined;
    this.dropsAnswers = true;
    await sleep(WRITE_MS);
    this.stop();
    this.dropsAnswers = false;
    outage.begin();
    await sleep(ms);
    await this.listen();
    outage.end();
  }
}
