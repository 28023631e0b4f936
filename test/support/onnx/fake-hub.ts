import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endServer, listenOnLoopback } from '../loopback';

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
  /** False: the hub is a mirror that has no list of files. */
  listsFiles = true;
  /** A file that is sent with other bytes than the list says. */
  altered: string | undefined;
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
    return listenOnLoopback(server);
  }

  async stop(): Promise<void> {
    if (this.server) await endServer(this.server);
  }

  private async serve(path: string, response: ServerResponse): Promise<void> {
    const list = `/api/models/${this.model}/tree/${this.revision}`;
    if (path.split('?')[0] === list && this.listsFiles && this.fault?.kind !== 'silent') {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(this.list()));
      return;
    }
    if (path.startsWith('/api/')) {
      if (this.fault?.kind !== 'silent') response.writeHead(404).end();
      return;
    }
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
    if (this.altered === file) content[0] = (content[0] ?? 0) ^ 1;
    response.writeHead(200, { 'content-length': content.length });
    await this.send(content, response, this.fault?.file === file ? this.fault.kind : undefined);
  }

  /** As the hub does: ONNX files by their SHA-256, the others by the name of their git blob. */
  private list(): object[] {
    return readdirSync(this.folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(this.folder, path)).isFile())
      .map((path) => {
        const content = readFileSync(join(this.folder, path));
        const size = content.length;
        const oid = createHash('sha1').update(`blob ${size}\0`).update(content).digest('hex');
        const lfs = { oid: createHash('sha256').update(content).digest('hex'), size };
        return { type: 'file', path, size, oid, ...(path.endsWith('.onnx') && { lfs }) };
      });
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
