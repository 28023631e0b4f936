import { Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { AppendReq, AppendResp, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { Metadata, status } from '@grpc/grpc-js';

import { AppendFault } from './append-fault';
import { AppendOutcome, Expected, ModelEvent, ProposedEvent } from './log-model';

// Between the messages of the protocol and plain values.

export interface WireError {
  code: number;
  details: string;
  metadata: Metadata;
}

export type ReadRequest =
  | { kind: 'stream'; stream: string; from: number; forwards: boolean; count: number }
  | { kind: 'all'; from: Place; forwards: boolean; count: number }
  | { kind: 'subscription'; from: Place; matches(event: ModelEvent): boolean; checkpointEvery: number };

/** Where a read of the whole log begins. */
export type Place = bigint | 'start' | 'end';

export function readRequest(request: ReadReq): ReadRequest {
  const options = must(request.getOptions());
  const forwards = options.getReadDirection() === ReadReq.Options.ReadDirection.FORWARDS;
  const count = Number(options.getCount());
  const stream = options.getStream();
  if (stream) {
    const from = stream.hasRevision() ? Number(stream.getRevision()) : stream.hasEnd() ? Infinity : 0;
    return { kind: 'stream', stream: nameOf(stream.getStreamIdentifier()), from, forwards, count };
  }
  const all = must(options.getAll());
  const position = all.getPosition();
  const from = position ? BigInt(position.getCommitPosition()) : all.hasEnd() ? 'end' : 'start';
  if (options.hasSubscription()) return { kind: 'subscription', from, ...filterOf(options.getFilter()) };
  return { kind: 'all', from, forwards, count };
}

function filterOf(filter: ReadReq.Options.FilterOptions | undefined) {
  if (!filter) return { matches: () => true, checkpointEvery: Infinity };
  const expression = must(filter.getStreamIdentifier() ?? filter.getEventType());
  const onStream = filter.hasStreamIdentifier();
  const prefixes = expression.getPrefixList();
  const regex = new RegExp(expression.getRegex());
  const matches = (event: ModelEvent): boolean => {
    const text = onStream ? event.stream : event.type;
    return prefixes.length > 0 ? prefixes.some((prefix) => text.startsWith(prefix)) : regex.test(text);
  };
  return { matches, checkpointEvery: filter.getMax() * filter.getCheckpointintervalmultiplier() };
}

export function readEvent(event: ModelEvent): ReadResp {
  const recorded = new ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(uuid(event.id));
  recorded.setStreamIdentifier(identifier(event.stream));
  recorded.setStreamRevision(String(event.revision));
  recorded.setCommitPosition(event.position.toString());
  recorded.setPreparePosition(event.position.toString());
  recorded.getMetadataMap().set('type', event.type);
  recorded.getMetadataMap().set('content-type', 'application/json');
  recorded.getMetadataMap().set('created', '638000000000000000');
  recorded.setCustomMetadata(event.metadata);
  recorded.setData(event.data);
  const read = new ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition(event.position.toString());
  const response = new ReadResp();
  response.setEvent(read);
  return response;
}

export function streamNotFound(stream: string): ReadResp {
  const notFound = new ReadResp.StreamNotFound();
  notFound.setStreamIdentifier(identifier(stream));
  const response = new ReadResp();
  response.setStreamNotFound(notFound);
  return response;
}

/** What a node says of a position at which no event is. */
export function noSuchPosition(): WireError {
  const details = 'Unexpected ReadAllResult: Error';
  return { code: status.UNKNOWN, details, metadata: new Metadata() };
}

/** What a node says of a stream with a tombstone. */
export function streamDeleted(stream: string): WireError {
  const metadata = new Metadata();
  metadata.set('exception', 'stream-deleted');
  metadata.set('stream-name', stream);
  return { code: status.FAILED_PRECONDITION, details: `Event stream '${stream}' is deleted.`, metadata };
}

export function confirmation(): ReadResp {
  const confirmed = new ReadResp.SubscriptionConfirmation();
  confirmed.setSubscriptionId('fake');
  const response = new ReadResp();
  response.setConfirmation(confirmed);
  return response;
}

export function caughtUp(): ReadResp {
  const response = new ReadResp();
  response.setCaughtUp(new ReadResp.CaughtUp());
  return response;
}

export function checkpoint(position: bigint): ReadResp {
  const reached = new ReadResp.Checkpoint();
  reached.setCommitPosition(position.toString());
  reached.setPreparePosition(position.toString());
  const response = new ReadResp();
  response.setCheckpoint(reached);
  return response;
}

export function appendTarget(request: AppendReq): { stream: string; expected: Expected } {
  const options = must(request.getOptions());
  const stream = nameOf(options.getStreamIdentifier());
  if (options.hasRevision()) return { stream, expected: Number(options.getRevision()) };
  if (options.hasNoStream()) return { stream, expected: 'no_stream' };
  return { stream, expected: options.hasStreamExists() ? 'stream_exists' : 'any' };
}

export function proposed(message: AppendReq.ProposedMessage | undefined): ProposedEvent {
  const given = must(message);
  return {
    id: textOf(given.getId()),
    type: given.getMetadataMap().get('type') ?? '',
    data: given.getData_asU8(),
    metadata: given.getCustomMetadata_asU8(),
  };
}

export function appendAnswer(
  outcome: Exclude<AppendOutcome, { kind: 'tombstoned' }>,
  expected: Expected,
): AppendResp {
  const response = new AppendResp();
  if (outcome.kind === 'done') {
    const position = new AppendResp.Position();
    position.setCommitPosition(outcome.position.toString());
    position.setPreparePosition(outcome.position.toString());
    const success = new AppendResp.Success();
    success.setCurrentRevision(String(outcome.revision));
    success.setPosition(position);
    response.setSuccess(success);
    return response;
  }
  const wrong = new AppendResp.WrongExpectedVersion();
  if (outcome.current === 'no_stream') wrong.setCurrentNoStream(new Empty());
  else wrong.setCurrentRevision(String(outcome.current));
  if (typeof expected === 'number') wrong.setExpectedRevision(String(expected));
  else wrong.setExpectedNoStream(new Empty());
  response.setWrongExpectedVersion(wrong);
  return response;
}

/** @param port of this fake, which says that it leads */
export function errorOf(fault: AppendFault, port: number): WireError {
  const metadata = new Metadata();
  switch (fault) {
    case 'too_large':
      metadata.set('exception', 'maximum-append-size-exceeded');
      metadata.set('maximum-append-size', '1048576');
      return { code: status.INVALID_ARGUMENT, details: fault, metadata };
    case 'not_leader':
      metadata.set('exception', 'not-leader');
      metadata.set('leader-endpoint-host', '127.0.0.1');
      metadata.set('leader-endpoint-port', String(port));
      return { code: status.NOT_FOUND, details: fault, metadata };
    case 'access_denied':
      metadata.set('exception', 'access-denied');
      return { code: status.PERMISSION_DENIED, details: fault, metadata };
    default:
      return { code: status.UNAVAILABLE, details: 'connection lost', metadata };
  }
}

function identifier(stream: string): StreamIdentifier {
  const made = new StreamIdentifier();
  made.setStreamName(Buffer.from(stream, 'utf8').toString('base64'));
  return made;
}

export function nameOf(identifierOf: StreamIdentifier | undefined): string {
  return Buffer.from(must(identifierOf).getStreamName_asU8()).toString('utf8');
}

function uuid(text: string): UUID {
  const made = new UUID();
  made.setString(text);
  return made;
}

function textOf(id: UUID | undefined): string {
  const given = must(id);
  if (given.hasString()) return given.getString();
  const { mostSignificantBits: most, leastSignificantBits: least } = must(given.getStructured()).toObject();
  const hex = (bits: string): string => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');
  return `${hex(most)}${hex(least)}`.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function must<T>(value: T | null | undefined): T {
  if (value === undefined || value === null) throw new Error('A message of the protocol lacks a part');
  return value;
}
