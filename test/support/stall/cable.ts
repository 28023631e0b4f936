import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, Server, Socket } from 'node:net';

/** Runs a program without any network but what is plugged in afterwards. */
export const WITHOUT_NETWORK = ['unshare', '--net'] as const;

/** Whether this system lets us have network namespaces: it takes Linux, `ip` and the rights of root. */
export function hasNetworkNamespaces(): boolean {
  const [program, ...args] = WITHOUT_NETWORK;
  return spawnSync(program, [...args, 'ip', 'link']).status === 0;
}

/** From the range for tests of network devices: it meets no real network. */
const HOST = '198.18.7.1';
const GUEST = '198.18.7.2';

/** A cable between this machine and a process without a network. At our end a database can be reached. */
export class Cable {
  private readonly link: string;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  /** @param pid of a process that was started `WITHOUT_NETWORK` */
  constructor(
    private readonly target: string,
    private readonly pid: number,
  ) {
    this.link = `stall${pid}`;
    this.server = createServer((socket) => this.join(socket));
  }

  /** @returns the connection string of the database through the cable */
  async plugIn(): Promise<string> {
    const { link, pid } = this;
    ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'guest', 'netns', String(pid));
    ip('address', 'add', `${HOST}/30`, 'dev', link);
    ip('link', 'set', link, 'up');
    this.inGuest('address', 'add', `${GUEST}/30`, 'dev', 'guest');
    this.inGuest('link', 'set', 'guest', 'up');
    this.server.listen(0, HOST);
    await once(this.server, 'listening');
    const url = new URL(this.target);
    const address = this.server.address();
    url.hostname = HOST;
    url.port = String(typeof address === 'object' ? address?.port : '');
    return url.toString();
  }

  /** Nobody is told: packets are lost from now on. */
  cut(): void {
    ip('link', 'set', this.link, 'down');
  }

  mend(): void {
    ip('link', 'set', this.link, 'up');
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    spawnSync('ip', ['link', 'delete', this.link]);
  }

  private inGuest(...args: readonly string[]): void {
    execFileSync('nsenter', ['--target', String(this.pid), '--net', 'ip', ...args]);
  }

  private join(socket: Socket): void {
    const { hostname, port } = new URL(this.target);
    const onward = connect(Number(port), hostname);
    for (const one of [socket, onward]) {
      this.sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.sockets.delete(one);
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args);
}
