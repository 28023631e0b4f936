import { connect, Socket } from 'node:net';
import { ArmedFault, CommitFaults } from './commit-fault';
import {
  boundStatement,
  completedCommand,
  fatalError,
  isReadyAndIdle,
  MessageReader,
  simpleQuery,
  WireMessage,
} from './wire-messages';

/** The statement by which the event store inserts, and the place of the types among its parameters. */
const INSERT = 'append-events';
const TYPES = 4;

/** One connection of a client, and the one to PostgreSQL behind it. */
export class ProxiedConnection {
  private readonly fromClient = new MessageReader(true);
  /** Types of the events that the open transaction has inserted. */
  private types = new Set<string>();
  /** Takes the answer to a COMMIT that the client does not get; undefined while answers are passed on. */
  private drop: ((bytes: Buffer) => void) | undefined;
  /** True while PostgreSQL waits for a COMMIT that outlives the client's connection. */
  private isHeld = false;

  /** @param target null: the client is told that the database is recovering */
  constructor(
    private readonly faults: CommitFaults,
    private readonly client: Socket,
    target: URL | null,
  ) {
    client.setNoDelay(true);
    client.on('error', () => undefined);
    if (!target) {
      client.once('data', () => client.end(fatalError('57P03', 'the database system is in recovery mode')));
      return;
    }
    const server = connect(Number(target.port), target.hostname);
    server.setNoDelay(true);
    client.on('data', (bytes: Buffer) => this.ask(server, bytes));
    server.on('data', (bytes: Buffer) => {
      if (this.drop) this.drop(bytes);
      else client.write(bytes);
    });
    server.on('error', () => client.destroy());
    server.on('close', () => client.destroy());
    client.on('close', () => {
      if (!this.isHeld) server.destroy();
    });
  }

  onEnd(handler: () => void): void {
    this.client.on('close', handler);
  }

  /** Cuts the client off. A COMMIT that is held back waits on. */
  break(): void {
    this.client.destroy();
  }

  private ask(server: Socket, bytes: Buffer): void {
    for (const message of this.fromClient.push(bytes)) {
      if (this.client.destroyed || this.meetsFault(server, message)) return;
      server.write(message.bytes);
    }
  }

  /** @returns whether the message was dealt with here */
  private meetsFault(server: Socket, message: WireMessage): boolean {
    const bound = boundStatement(message);
    if (bound?.name === INSERT) {
      for (const [type] of (bound.parameters[TYPES] ?? '').matchAll(/\w+/g)) this.types.add(type);
      const unsent = this.faults.take(this.types, 'insert');
      if (unsent) this.faults.begin(unsent, () => Promise.resolve());
      return unsent !== undefined;
    }
    if (!/\bCOMMIT\b/.test(simpleQuery(message) ?? '')) return false;
    const fault = this.faults.take(this.types, 'commit');
    this.types = new Set();
    if (!fault && !this.faults.dropsEveryAnswer) return false;
    if (fault && fault.commit !== 'done') {
      this.hold(server, message, fault);
      return true;
    }
    void this.commit(server, message).then(() => {
      if (fault) this.faults.begin(fault, () => Promise.resolve());
      this.break();
    });
    return true;
  }

  /** Has PostgreSQL commit, and keeps the answer from the client. */
  private commit(server: Socket, message: WireMessage): Promise<void> {
    const reader = new MessageReader(false);
    let isCommitted = false;
    return new Promise((resolve) => {
      this.drop = (bytes) => {
        for (const answered of reader.push(bytes)) {
          isCommitted ||= completedCommand(answered) === 'COMMIT';
          if (isCommitted && isReadyAndIdle(answered)) resolve();
        }
      };
      server.write(message.bytes);
    });
  }

  /** Keeps the transaction open until the outage ends. */
  private hold(server: Socket, message: WireMessage, fault: ArmedFault): void {
    this.isHeld = true;
    this.faults.begin(fault, async () => {
      if (fault.commit === 'late') await this.commit(server, message);
      server.destroy();
    });
  }
}
