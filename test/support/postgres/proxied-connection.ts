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

/** The prepared statement of the event store's INSERT, and the index of its parameter with the types. */
const INSERT = 'append-events';
const TYPES = 4;

/** A client's connection and the matching connection to PostgreSQL. */
export class ProxiedConnection {
  private readonly fromClient = new MessageReader(true);
  /** Types of the events that the open transaction has inserted. */
  private types = new Set<string>();
  /** Receives the server's bytes in place of the client while an answer is dropped. */
  private drop: ((bytes: Buffer) => void) | undefined;
  /** True when the proxy holds a COMMIT back: the connection to PostgreSQL then outlives the client's. */
  private isHeld = false;

  /** @param target null: tell the client that the database is recovering */
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

  /** Disconnects the client. A COMMIT that is held back stays held. */
  break(): void {
    this.client.destroy();
  }

  private ask(server: Socket, bytes: Buffer): void {
    for (const message of this.fromClient.push(bytes)) {
      if (this.client.destroyed || this.meetsFault(server, message)) return;
      server.write(message.bytes);
    }
  }

  /** @returns true when a fault hit this message, which must then not be forwarded */
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

  /** Forwards the COMMIT and drops its answer. Resolves when PostgreSQL has committed. */
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
