import { connect, Socket } from 'node:net';
import { ArmedFault, CommitFaults } from './commit-fault';
import {
  boundStatement,
  errorResponse,
  isReadyAndIdle,
  MessageReader,
  simpleQuery,
  WireMessage,
} from './wire-messages';

/** The prepared statement of the event store's appends, and the index of its parameter with the types. */
const APPEND = 'append-events';
const TYPES = 8;

/** Ends a statement of the extended protocol; PostgreSQL commits then. */
const SYNC = 'S';

interface Held {
  fault: ArmedFault;
  messages: Buffer[];
}

/** A client's connection and the matching connection to PostgreSQL. */
export class ProxiedConnection {
  private readonly fromClient = new MessageReader(true);
  /** Receives the server's bytes in place of the client while an answer is dropped. */
  private drop: ((bytes: Buffer) => void) | undefined;
  /** An append that the proxy holds back: the connection to PostgreSQL then outlives the client's. */
  private held: Held | undefined;

  /** @param target null: tell the client that the database is recovering */
  constructor(
    private readonly faults: CommitFaults,
    private readonly client: Socket,
    target: URL | null,
  ) {
    client.setNoDelay(true);
    client.on('error', () => undefined);
    if (!target) {
      client.once('data', () =>
        client.end(errorResponse('FATAL', '57P03', 'the database system is in recovery mode')),
      );
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
      if (!this.held) server.destroy();
    });
  }

  onEnd(handler: () => void): void {
    this.client.on('close', handler);
  }

  /** Disconnects the client. An append that is held back stays held. */
  break(): void {
    this.client.destroy();
  }

  private ask(server: Socket, bytes: Buffer): void {
    for (const message of this.fromClient.push(bytes)) {
      if (this.client.destroyed) return;
      this.meetFault(message);
      if (!this.held) server.write(message.bytes);
      else this.hold(server, this.held, message);
    }
  }

  /** Looks whether a fault hits this message, and arranges for what becomes of it and of its answer. */
  private meetFault(message: WireMessage): void {
    const types = appendedTypes(message);
    const isCommit = /\bCOMMIT\b/.test(simpleQuery(message) ?? '');
    if (!types && !isCommit) return;
    const fault = types && this.faults.take(types);
    if (fault && fault.commit !== 'done') {
      this.held = { fault, messages: [] };
    } else if (fault || this.faults.dropsEveryAnswer) {
      void this.dropAnswer().then(() => {
        if (fault) this.faults.begin(fault, () => Promise.resolve());
        this.break();
      });
    }
  }

  /** Resolves when PostgreSQL has executed, and committed, what it was sent. */
  private dropAnswer(): Promise<void> {
    const reader = new MessageReader(false);
    return new Promise((resolve) => {
      this.drop = (bytes) => {
        if (reader.push(bytes).some(isReadyAndIdle)) resolve();
      };
    });
  }

  /** Keeps a statement, up to its last message, until the outage ends; PostgreSQL does not have it until then. */
  private hold(server: Socket, { fault, messages }: Held, { type, bytes }: WireMessage): void {
    messages.push(bytes);
    if (type !== SYNC) return;
    const begin = (): void => this.faults.begin(fault, () => this.letGo(server, fault, messages));
    if (fault.commit !== 'refused') begin();
    else this.client.write(errorResponse('ERROR', '55P03', 'canceling statement due to lock timeout'), begin);
  }

  private async letGo(server: Socket, { commit }: ArmedFault, messages: readonly Buffer[]): Promise<void> {
    if (commit === 'late') {
      const answered = this.dropAnswer();
      server.write(Buffer.concat(messages));
      await answered;
    }
    server.destroy();
  }
}

/** Types of the events that a message appends; undefined for any other message. */
function appendedTypes(message: WireMessage): Set<string> | undefined {
  const bound = boundStatement(message);
  if (bound?.name !== APPEND) return undefined;
  return new Set([...(bound.parameters[TYPES] ?? '').matchAll(/\w+/g)].map(([type]) => type));
}
