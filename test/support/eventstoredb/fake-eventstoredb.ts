import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  DeleteReq,
  DeleteResp,
  ReadReq,
  ReadResp,
  TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb';
import {
  Metadata,
  sendUnaryData,
  Server,
  ServerCredentials,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { TestCertificate } from '@test/tls/test-certificate';
import { freePort } from '../free-port';
import { Outage } from '../staged-outage';
import { AccessRules, FakeUser } from './access-rules';
import { AppendFault } from './append-fault';
import { AppendFaults } from './append-faults';
import { gossipOf } from './gossip';
import { Expected, LogModel, ProposedEvent } from './log-model';
import { NodeFault } from './node-fault';
import * as wire from './wire';

export interface Guarded {
  /** By name; nobody else is let in. A client sends its name over TLS only, and without TLS a node asks nobody. */
  users?: Readonly<Record<string, FakeUser>>;
  tls?: TestCertificate;
}

/**
 * Speaks EventStoreDB's own gRPC protocol, on the service definitions of its client. A test double: it keeps events in
 * memory, and models what its comments say and nothing else.
 */
export class FakeEventStoreDb {
  readonly log = new LogModel();
  /** Connections of subscriptions that are open. */
  readonly subscriptions = new Set<ServerWritableStream<ReadReq, ReadResp>>();
  private readonly faults = new AppendFaults(this.log, this);
  private readonly access: AccessRules;
  private thawed: Promise<void> | undefined;
  private thawNow = (): void => undefined;
  private server: Server | undefined;
  /** Calls that read, so far. */
  reads = 0;
  /** Set by the first `start`. */
  port = 0;

  constructor(private readonly guarded: Guarded = {}) {
    this.access = new AccessRules(guarded.users, this.log);
  }

  async start(): Promise<string> {
    // The node must get the same port again after it was stopped.
    if (this.port === 0) this.port = await freePort();
    const server = new Server({ 'grpc.max_receive_message_length': -1 });
    server.addService(StreamsService, {
      read: (call: ServerWritableStream<ReadReq, ReadResp>) => void this.read(call),
      append: (call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>) =>
        this.append(call, answer),
      delete: (call: ServerUnaryCall<DeleteReq, DeleteResp>, answer: sendUnaryData<DeleteResp>) => {
        this.log.delete(wire.nameOf(call.request.getOptions()?.getStreamIdentifier()));
        answer(null, new DeleteResp());
      },
      tombstone: (
        call: ServerUnaryCall<TombstoneReq, TombstoneResp>,
        answer: sendUnaryData<TombstoneResp>,
      ) => {
        this.log.tombstone(wire.nameOf(call.request.getOptions()?.getStreamIdentifier()));
        answer(null, new TombstoneResp());
      },
      // Offered, as by a node, and of no use to us, see `append`.
      batchAppend: (call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>) =>
        call.emit('error', { code: status.UNIMPLEMENTED, details: 'not by this fake' }),
    });
    server.addService(ServerFeaturesService, {
      getSupportedMethods: (_call: unknown, answer: sendUnaryData<SupportedMethods>) =>
        answer(null, features()),
    });
    server.addService(GossipService, {
      read: (_call: unknown, answer: sendUnaryData<ClusterInfo>) => answer(null, gossipOf(this.port)),
    });
    await new Promise<void>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.port}`, this.security(), (error) =>
        error ? reject(error) : resolve(),
      );
    });
    this.server = server;
    return `esdb://127.0.0.1:${this.port}?tls=${String(this.guarded.tls !== undefined)}`;
  }

  private security(): ServerCredentials {
    const { tls } = this.guarded;
    if (!tls) return ServerCredentials.createInsecure();
    const pair = { private_key: Buffer.from(tls.privateKey), cert_chain: Buffer.from(tls.certificate) };
    return ServerCredentials.createSsl(null, [pair]);
  }

  /** The node dies; its log stays. `start` brings it back on the same port. */
  stop(): void {
    this.server?.forceShutdown();
    this.server = undefined;
    this.subscriptions.clear();
  }

  /** As by SIGSTOP: connections stay, and nothing is answered until `thaw`. What was sent meanwhile is done then. */
  freeze(): void {
    this.thawed ??= new Promise((resolve) => (this.thawNow = resolve));
  }

  thaw(): void {
    this.thawed = undefined;
    this.thawNow();
  }

  /** The other nodes of the cluster die: see `AppendFaults`. */
  loseQuorum(): void {
    this.faults.loseQuorum();
  }

  regainQuorum(taken: 'committed' | 'truncated'): void {
    this.faults.regainQuorum(taken);
  }

  /** Another program writes to this node, as any may. */
  writeForeign(stream: string, type = 'InvoiceSent', metadata = '{}'): void {
    const event = { id: randomUUID(), type, data: Buffer.from('{"of":"another program"}') };
    this.log.append(stream, [{ ...event, metadata: Buffer.from(metadata) }], 'any');
  }

  /** Cuts every subscription that is open. */
  cutSubscriptions(): void {
    for (const call of this.subscriptions)
      call.emit('error', { code: status.UNAVAILABLE, details: 'connection lost' });
    this.subscriptions.clear();
  }

  failNext(...faults: AppendFault[]): void {
    this.faults.failNext(faults);
  }

  /** From now on every so many appends one fails, by each of these faults in turn; 0 ends that. */
  failEvery(every: number, ...faults: readonly AppendFault[]): void {
    this.faults.failEvery(every, faults);
  }

  /** Makes the fault hit the next append with an event of this type. */
  breakAt(type: string, fault: NodeFault): Outage {
    return this.faults.breakAt(type, fault);
  }

  /** The node writes an event of its own, as it does from time to time. */
  writeOwnEvent(): void {
    const event = { id: randomUUID(), type: '$statsCollected', data: Buffer.from('{}') };
    this.log.append('$stats-127.0.0.1:2113', [{ ...event, metadata: Buffer.from('{}') }], 'any');
  }

  /** Waits until the log holds so many events that are not the node's own. */
  async holds(count: number): Promise<void> {
    while (this.size < count) await new Promise((resolve) => this.log.onceWritten(() => resolve(undefined)));
  }

  /** Events that are not the node's own. */
  get size(): number {
    return this.log.size;
  }

  private async read(call: ServerWritableStream<ReadReq, ReadResp>): Promise<void> {
    this.reads += 1;
    await this.thawed;
    const asked = wire.readRequest(call.request);
    const refusal = this.access.readRefusal(call.metadata, asked.kind === 'stream' ? asked.stream : '$all');
    if (refusal) call.emit('error', refusal);
    else if (asked.kind === 'stream') this.readStream(call, asked);
    else if (asked.kind === 'all') this.readAll(call, asked);
    else this.follow(call, asked);
  }

  private readStream(
    call: ServerWritableStream<ReadReq, ReadResp>,
    { stream, forwards, from, count }: Extract<wire.ReadRequest, { kind: 'stream' }>,
  ): void {
    const events = this.log.visible(stream);
    if (events === 'tombstoned') {
      call.emit('error', wire.streamDeleted(stream));
      return;
    }
    if (events.length === 0) call.write(wire.streamNotFound(stream));
    const found = forwards
      ? events.filter(({ revision }) => revision >= from)
      : events.filter(({ revision }) => revision <= from).reverse();
    for (const event of found.slice(0, count)) call.write(wire.readEvent(event));
    call.end();
  }

  private readAll(
    call: ServerWritableStream<ReadReq, ReadResp>,
    { from, forwards, count }: Extract<wire.ReadRequest, { kind: 'all' }>,
  ): void {
    const { events } = this.log;
    const index = this.indexOf(from);
    if (index === undefined) {
      call.emit('error', wire.noSuchPosition());
      return;
    }
    // Both ways the position itself is included.
    const end = Math.min(index + 1, events.length);
    const found = forwards
      ? events.slice(index, index + count)
      : events.slice(Math.max(0, end - count), end).reverse();
    for (const event of found) call.write(wire.readEvent(event));
    call.end();
  }

  /** Undefined where no event is: the node knows no other positions. */
  private indexOf(from: wire.Place): number | undefined {
    if (from === 'start') return 0;
    return from === 'end' ? this.log.events.length : this.log.indexAt(from);
  }

  private follow(
    call: ServerWritableStream<ReadReq, ReadResp>,
    asked: Extract<wire.ReadRequest, { kind: 'subscription' }>,
  ): void {
    const index = this.indexOf(asked.from);
    if (index === undefined) {
      call.emit('error', wire.noSuchPosition());
      return;
    }
    this.subscriptions.add(call);
    call.write(wire.confirmation());
    // A subscription begins behind the position that it is given.
    let next = typeof asked.from === 'bigint' ? index + 1 : index;
    let isLive = false;
    let passedOver = 0;
    let isPushing = false;
    const ended = new AbortController();
    // No faster than the client takes it.
    const write = async (message: ReadResp): Promise<void> => {
      if (!call.write(message)) await once(call, 'drain', { signal: ended.signal });
    };
    const push = async (): Promise<void> => {
      if (isPushing) return;
      isPushing = true;
      for (; next < this.log.events.length && !ended.signal.aborted; next += 1) {
        await this.thawed;
        const event = this.log.events[next];
        if (!event) continue;
        if (asked.matches(event)) {
          await write(wire.readEvent(event));
        } else {
          passedOver += 1;
          if (passedOver % asked.checkpointEvery === 0) await write(wire.checkpoint(event.position));
        }
      }
      if (!isLive && !ended.signal.aborted) call.write(wire.caughtUp());
      isLive = true;
      isPushing = false;
    };
    const begin = (): void => void push().catch(() => undefined);
    begin();
    const off = this.log.onWritten(begin);
    const over = (): void => {
      ended.abort();
      off();
      this.subscriptions.delete(call);
    };
    call.on('cancelled', over).on('error', over).on('close', over);
  }

  private append(call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>): void {
    let target: { stream: string; expected: Expected } | undefined;
    const proposed: ProposedEvent[] = [];
    call.on('data', (request: AppendReq) => {
      if (request.hasOptions()) target = wire.appendTarget(request);
      else proposed.push(wire.proposed(request.getProposedMessage()));
    });
    call.on('end', () => {
      if (target) void this.write(target, proposed, call.metadata, answer);
    });
  }

  private async write(
    { stream, expected }: { stream: string; expected: Expected },
    proposed: readonly ProposedEvent[],
    metadata: Metadata,
    answer: sendUnaryData<AppendResp>,
  ): Promise<void> {
    if (this.thawed) await this.thawed;
    const refusal = this.access.writeRefusal(metadata, stream);
    if (refusal) {
      answer(refusal);
      return;
    }
    this.faults.write(stream, proposed, expected, {
      done: (outcome) =>
        outcome.kind === 'tombstoned'
          ? answer(wire.streamDeleted(stream))
          : answer(null, wire.appendAnswer(outcome, expected)),
      fail: (error) => answer(error),
      garble: () => answer(null, new AppendResp()),
    });
  }
}

function features(): SupportedMethods {
  const methods = new SupportedMethods();
  methods.setEventStoreServerVersion('24.10.0-fake');
  for (const name of ['read', 'append', 'batchappend']) {
    const method = new SupportedMethod();
    method.setServiceName('event_store.client.streams.streams');
    method.setMethodName(name);
    if (name === 'read') method.setFeaturesList(['position', 'events']);
    methods.addMethods(method);
  }
  return methods;
}
