import { createHash } from 'node:crypto';
import { createServer, Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { endServer, listenOnLoopback } from '../loopback';

/** An npm registry on loopback that has one package. */
export class FakeNpmRegistry {
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  /** How it fails: sends half a tarball, or another one than was published. */
  fault: 'cut' | 'altered' | undefined;
  /** Of the tarball, as npm gives it. */
  integrity = '';
  private tarball = Buffer.alloc(0);
  private server: Server | undefined;

  constructor(
    private readonly tarballPath: string,
    private readonly files: Readonly<Record<string, Buffer | string>>,
  ) {}

  async start(): Promise<string> {
    const packed = pack();
    for (const [name, content] of Object.entries(this.files))
      packed.entry({ name: `package/${name}` }, content);
    packed.finalize();
    this.tarball = await buffer(packed.pipe(createGzip()));
    this.integrity = `sha512-${createHash('sha512').update(this.tarball).digest('base64')}`;
    const server = createServer((request, response) => {
      this.asked.push(request.url ?? '');
      if (request.url !== this.tarballPath) {
        response.writeHead(404).end();
        return;
      }
      const content = Buffer.from(this.tarball);
      if (this.fault === 'altered') content.writeUInt8(content.readUInt8(12) ^ 1, 12);
      response.setHeader('content-length', content.length);
      if (this.fault === 'cut') response.write(content.subarray(0, 20), () => response.destroy());
      else response.end(content);
    });
    this.server = server;
    return listenOnLoopback(server);
  }

  async stop(): Promise<void> {
    if (this.server) await endServer(this.server);
  }
}
