import {
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  NotLeaderError,
  StreamNotFoundError,
  UnavailableError,
} from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { FakeEventStoreDb } from './fake-eventstoredb';
import { NodeFault } from './node-fault';

const MS = 300;

describe('A fake node that loses the answer to an append', () => {
  const node = new FakeEventStoreDb();
  const credentials = { username: 'test', password: '' };
  let client: EventStoreDBClient;
  let stream: string;

  beforeAll(() => node.start());
  afterAll(() => node.stop());
  beforeEach(() => {
    stream = `test-${randomUUID()}`;
    const query = 'tls=false&defaultDeadline=700&keepAliveInterval=-1';
    client = EventStoreDBClient.connectionString`${`esdb+discover://127.0.0.1:${node.port}?${query}`}`;
  });
  afterEach(() => client.dispose());

  const wanted = jsonEvent({ type: 'Wanted', data: {} });
  const append = (event = wanted): Promise<unknown> =>
    client.appendToStream(stream, event, { expectedRevision: NO_STREAM, credentials });
  const inStream = async (): Promise<number> => {
    let count = 0;
    try {
      for await (const { event } of client.readStream(stream)) if (event) count += 1;
    } catch (error) {
      if (!(error instanceof StreamNotFoundError)) throw error;
    }
    return count;
  };
  const failure = (work: Promise<unknown>): Promise<unknown> =>
    work.then(() => undefined).catch((e: unknown) => e);
  const connecting = async (): Promise<unknown> => {
    const socket = connect(node.port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return 'connected';
    } catch (error) {
      return (error as { code?: unknown }).code;
    } finally {
      socket.destroy();
    }
  };
  const fault = (change: Partial<NodeFault>): NodeFault => ({
    ...{ append: 'written', answer: 'cut', meanwhile: 'not_leader', ms: MS },
    ...change,
  });

  it('has written it, and refuses repetitions while another node leads', async () => {
    const outage = node.breakAt('Wanted', fault({}));
    expect(await failure(append())).toBeInstanceOf(UnavailableError);
    expect(await failure(append())).toBeInstanceOf(NotLeaderError);
    expect(await inStream()).toBe(1);
    await outage.over;
    expect(await append()).toMatchObject({ success: true, nextExpectedRevision: 0n });
    expect(await inStream()).toBe(1);
  });

  it('has written it, and is away for a while', async () => {
    const outage = node.breakAt('Wanted', fault({ meanwhile: 'away' }));
    expect(await failure(append())).toBeInstanceOf(UnavailableError);
    expect(await connecting()).toBe('ECONNREFUSED');
    await outage.over;
    expect(await connecting()).toBe('connected');
    expect(await inStream()).toBe(1);
  });

  it('took it without a quorum, shows it to nobody, and writes it at the end of the log', async () => {
    const outage = node.breakAt('Wanted', fault({ append: 'written_later' }));
    expect(await failure(append())).toBeInstanceOf(UnavailableError);
    expect(await failure(append())).toBeInstanceOf(NotLeaderError);
    expect(await inStream()).toBe(0);
    node.writeOwnEvent();
    expect(node.log.events.at(-1)?.stream).not.toBe(stream);
    await outage.over;
    expect(node.log.events.at(-1)).toMatchObject({ stream, revision: 0 });
    expect(await append()).toMatchObject({ success: true, nextExpectedRevision: 0n });
    expect(await inStream()).toBe(1);
  });

  it('took it without a quorum, and loses it', async () => {
    const outage = node.breakAt('Wanted', fault({ append: 'truncated_later', answer: 'silent', ms: 1_000 }));
    // Not answered at all: the deadline of the client ends the call.
    expect(String(await failure(append()))).toMatch(/deadline/i);
    await outage.over;
    expect(await inStream()).toBe(0);
    expect(await append()).toMatchObject({ success: true });
  });

  it('loses what it took when something else was written there meanwhile', async () => {
    const outage = node.breakAt('Wanted', fault({ append: 'written_later' }));
    expect(await failure(append())).toBeInstanceOf(UnavailableError);
    const other = { id: randomUUID(), type: 'Other', data: Buffer.from('{}'), metadata: Buffer.from('{}') };
    node.log.append(stream, [other], 'no_stream');
    await outage.over;
    expect(node.log.stream(stream).map(({ type }) => type)).toEqual(['Other']);
  });

  it('refuses it without writing it', async () => {
    const outage = node.breakAt('Wanted', fault({ append: 'refused' }));
    expect(await failure(append())).toBeInstanceOf(NotLeaderError);
    await outage.over;
    expect(await inStream()).toBe(0);
  });

  it('writes, and answers no append for a while', async () => {
    const outage = node.breakAt('Wanted', fault({ meanwhile: 'unanswered' }));
    expect(await failure(append())).toBeInstanceOf(UnavailableError);
    expect(await failure(append())).toBeInstanceOf(UnavailableError);
    await outage.over;
    expect(await append()).toMatchObject({ success: true });
    expect(await inStream()).toBe(1);
  });
});
