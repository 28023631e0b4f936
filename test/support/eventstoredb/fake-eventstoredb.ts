import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import { AppendReq, BatchAppendReq, ReadReq } from '@eventstore/db-client/generated/streams_pb';
import {
  sendUnaryData,
  Server,
  ServerCredentials,
  ServerDuplexStream,
  ServerReadableStream,
  ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import { BatchAppendResp, AppendResp, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { AppendOutcome, Expected, LogModel, ProposedEvent } from './log-model';
import * as wire from './wire';

/** What happens to the next append. */
export type AppendFault =
  /** The connection breaks and nothing was written. */
  | 'cut_before'
  /** It is written, and the connection breaks before the answer. */
  | 'cut_after'
  /** Never answered; the client's deadline ends it. */
  | 'silent'
  /** Larger than the node takes. */
  | 'too_large'
  /** This node does not lead any more. */
  | 'not_leader'
  | 'access_denied';

/**
 * Speaks EventStoreDB's own gRPC protocol, on the service definitions of its client. A test double: it keeps events in
 * memory, and models what its comments say and nothing else.
 */
export class FakeEventStoreDb {
  readonly log = new LogModel();
  /** Connections of subscriptions that are open. */
  readonly subscriptions = new Set<ServerWritableStream<ReadReq, ReadResp>>();
  private readonly faults: AppendFault[] = [];
  private server: Server | undefined;
  private port = 0;

  async start(): Promise<string> {
    const server = new Server({ 'grpc.max_receive_message_length': -1 });
    server.addService(StreamsService, {
      read: (call: ServerWritableStream<ReadReq, ReadResp>) => this.read(call),
      append: (call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>) =>
        this.append(call, answer),
      batchAppend: (call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>) => this.batchAppend(call),
    });
    server.addService(ServerFeaturesService, {
      getSupportedMethods: (_call: unknown, answer: sendUnaryData<SupportedMethods>) =>
        answer(null, features()),
    });
    this.port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.port}`, ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
    this.server = server;
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** The node dies; its log stays. `start` brings it back on the same port. */
  stop(): void {
    this.server?.forceShutdown();
    this.server = undefined;
    this.subscriptions.clear();
  }

  /** Cuts every subscription that is open. */
  cutSubscriptions(): void {
    for (const call of this.subscriptions)
      call.emit('error', { code: status.UNAVAILABLE, details: 'connection lost' });
    this.subscriptions.clear();
  }

  failNext(...faults: AppendFault[]): void {
    this.faults.push(...faults);
  }

  private read(call: ServerWritableStream<ReadReq, ReadResp>): void {
    const asked = wire.readRequest(call.request);
    if (asked.kind === 'stream') {
      const events = this.log.stream(asked.stream);
      if (events.length === 0) call.write(wire.streamNotFound(asked.stream));
      const found = asked.forwards
        ? events.filter(({ revision }) => revision >= asked.from)
        : events.filter(({ revision }) => revision <= asked.from).reverse();
      for (const event of found.slice(0, asked.count)) call.write(wire.readEvent(event));
      call.end();
      return;
    }
    if (asked.kind === 'subscription') {
      this.follow(call, asked);
      return;
    }
    const { events } = this.log;
    // Both ways the position itself is included.
    const found = asked.forwards
      ? events.filter(({ position }) => position >= asked.from)
      : events.filter(({ position }) => position <= asked.from).reverse();
    for (const event of found.slice(0, asked.count)) call.write(wire.readEvent(event));
    call.end();
  }

  private follow(
    call: ServerWritableStream<ReadReq, ReadResp>,
    asked: Extract<ReturnType<typeof wire.readRequest>, { kind: 'subscription' }>,
  ): void {
    this.subscriptions.add(call);
    call.write(wire.confirmation());
    // A subscription begins behind the position that it is given.
    let next = this.log.events.findIndex(({ position }) => position > asked.from);
    if (next < 0) next = this.log.events.length;
    let isLive = false;
    let passedOver = 0;
    const push = (): void => {
      for (; next < this.log.events.length; next += 1) {
        const event = this.log.events[next];
        if (!event) continue;
        if (asked.matches(event)) {
          call.write(wire.readEvent(event));
        } else {
          passedOver += 1;
          if (passedOver % asked.checkpointEvery === 0) call.write(wire.checkpoint(event.position));
        }
      }
      if (!isLive) call.write(wire.caughtUp());
      isLive = true;
    };
    push();
    const off = this.log.onWritten(push);
    const over = (): void => {
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
      if (!target) return;
      const { stream, expected } = target;
      this.write(stream, proposed, expected, {
        done: (outcome) => answer(null, wire.appendAnswer(outcome, expected)),
        fail: (error) => answer(error),
      });
    });
  }

  private batchAppend(call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void {
    const open = new Map<string, { stream: string; expected: Expected; proposed: ProposedEvent[] }>();
    call.on('data', (request: BatchAppendReq) => {
      const id = wire.correlationOf(request);
      const batch = open.get(id) ?? { ...wire.batchTarget(request), proposed: [] };
      open.set(id, batch);
      batch.proposed.push(...request.getProposedMessagesList().map(wire.proposed));
      if (!request.getIsFinal()) return;
      open.delete(id);
      this.write(batch.stream, batch.proposed, batch.expected, {
        done: (outcome) => call.write(wire.batchAnswer(id, batch, outcome)),
        fail: (error) => {
          const refused = wire.batchRefusal(id, batch.stream, error);
          if (refused) call.write(refused);
          else call.emit('error', error);
        },
      });
    });
    call.on('end', () => call.end());
    call.on('error', () => undefined);
  }

  private write(
    stream: string,
    proposed: readonly ProposedEvent[],
    expected: Expected,
    answer: { done(outcome: AppendOutcome): void; fail(error: wire.WireError): void },
  ): void {
    const fault = this.faults.shift();
    if (fault === undefined) {
      answer.done(this.log.append(stream, proposed, expected));
      return;
    }
    if (fault === 'cut_after') this.log.append(stream, proposed, expected);
    if (fault !== 'silent') answer.fail(wire.errorOf(fault));
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
