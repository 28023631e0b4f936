import { existsSync, readFileSync } from 'node:fs';
import { createServer, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How the hub fails, until told otherwise. */
export type HubFault =
  /** Takes every request and never answers. */
  | { kind: 'silent' }
  /** Cuts the connection in the middle of this file. */
  | { kind: 'cut'; file: string }
  /** Stops in the middle of this file, the connection left open. */
  | { kind: 'stall'; file: string };

const SLICE = 4_096;

/** A model hub on loopback: serves a folder's files under `/<model>/resolve/<revision>/<file>`. */
export class FakeHub {
  /** Files that were asked for, in order. */
  readonly asked: string[] = [];
  fault: HubFault | undefined;
  /** Milliseconds between slices of 4 KiB. */
  sliceMs = 0;
  private server: Server | undefined;

  constructor(
    private readonly folder: string,
    private readonly model: string,
    private readonly revision = 'main',
  ) {}

  async start(): Promise<string> {
    const server = createServer((request, response) => {
      void this.serve(request.url ?? '', response);
    });
    this.server = server;
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

  private async serve(path: string, response: ServerResponse): Promise<void> {
    const root = `/${this.model}/resolve/${this.revision}/`;
    const file = path.slice(root.length);
    this.asked.push(file);
    if (this.fault?.kind === 'silent') return;
    const there = path.startsWith(root) && existsSync(join(this.folder, file));
    if (!there) {
      response.writeHead(404).end();
      return;
    }
    const content = readFileSync(join(this.folder, file));
    response.writeHead(200, { 'content-length': content.length });
    await this.send(content, response, this.fault?.file === file ? this.fault.kind : undefined);
  }

  private async send(content: Buffer, response: ServerResponse, ends?: 'cut' | 'stall'): Promise<void> {
    const until = ends ? Math.ceil(content.length / 2) : content.length;
    for (let at = 0; at < until && !response.destroyed; at += SLICE) {
      response.write(content.subarray(at, Math.min(at + SLICE, until)));
      if (this.sliceMs > 0) await sleep(this.sliceMs);
    }
    if (ends === 'stall') return;
    if (ends === undefined) {
      response.end();
      return;
    }
    // Time for what was written to arrive: half a file, not none.
    await sleep(50);
    response.destroy();
  }
}
