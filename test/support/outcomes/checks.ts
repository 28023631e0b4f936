import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RecordingBody, TestServer } from '../server/test-server';
import { LoggedEvent, OPERATOR_TOKEN } from './outcome-world';
import { Sending } from './sender';

// What must hold after all faults. Each check returns a list of what is wrong, in words.

/** A recording that was acknowledged to a client or is in the log. */
export interface KnownRecording {
  id: string;
  sha256: string;
  during: string;
}

/** All recordings that were acknowledged or logged, without erased ones. */
export function knownRecordings(sendings: readonly Sending[], log: readonly LoggedEvent[]): KnownRecording[] {
  const known = new Map<string, KnownRecording>();
  const erased = new Set(log.filter(({ type }) => type === 'RecordingErased').map(idOf));
  const bySha256 = new Map(sendings.map((sending) => [sending.sha256, sending]));
  for (const event of log.filter(({ type }) => type === 'AudioUploaded')) {
    const sha256 = String(event.data.sha256);
    known.set(idOf(event), { id: idOf(event), sha256, during: bySha256.get(sha256)?.during ?? 'unknown' });
  }
  for (const { ids, sha256, during } of sendings) for (const id of ids) known.set(id, { id, sha256, during });
  return [...known.values()].filter(({ id }) => !erased.has(id));
}

/** Recordings whose audio cannot be downloaded byte for byte. */
export async function withoutTheirAudio(
  server: TestServer,
  recordings: readonly KnownRecording[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { id, sha256, during } of recordings) {
    const response = await fetch(`${server.url}/v1/recordings/${id}/audio`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.status !== 200) wrong.push(`${during}: GET audio of ${id} answers ${response.status}`);
    else if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
      wrong.push(`${during}: the audio of ${id} differs from what was sent`);
    }
  }
  return wrong;
}

/** Recordings that do not become `ready`. Each has `patienceMs` after the one before it. */
export async function notReady(
  server: TestServer,
  recordings: readonly KnownRecording[],
  patienceMs: number,
): Promise<string[]> {
  // Jobs that a fault interrupted are overtaken by others: whatever is late is looked at once more when those are done.
  const late = await unready(server, recordings, patienceMs);
  const still = await unready(server, [...late.keys()], patienceMs);
  return [...still].map(([{ id, during }, outcome]) => `${during}: ${id} is ${outcome}`);
}

async function unready(
  server: TestServer,
  recordings: readonly KnownRecording[],
  patienceMs: number,
): Promise<Map<KnownRecording, string>> {
  let deadline = Date.now() + patienceMs;
  const others = new Map<KnownRecording, string>();
  for (const recording of recordings) {
    const outcome = await outcomeOf(server, recording.id, deadline);
    if (outcome === 'ready') deadline = Date.now() + patienceMs;
    else others.set(recording, outcome);
  }
  return others;
}

/** Waits for the end of processing. @returns `ready`, or a description of the other outcome */
export async function outcomeOf(server: TestServer, id: string, deadline: number): Promise<string> {
  for (;;) {
    const { status, body } = await server.request(`/v1/recordings/${id}`);
    const recording = body as RecordingBody;
    const isOver = status === 200 && recording.status !== 'processing';
    if (isOver && recording.status === 'ready') return 'ready';
    if (isOver) return `${recording.status} ${JSON.stringify(recording.failures)}`;
    const where = status === 200 ? recording.stage : `answered with ${status}`;
    if (Date.now() > deadline) return `not ready in time: ${where}`;
    await sleep(100);
  }
}

/** Recordings and events that exist twice. */
export function doubled(sendings: readonly Sending[], log: readonly LoggedEvent[]): string[] {
  const wrong = sendings
    .filter(({ ids }) => ids.size > 1)
    .map(({ during, ids }) => `${during}: one file became the recordings ${[...ids].join(', ')}`);
  const once = (what: string, keys: string[]): void => {
    const seen = new Set<string>();
    for (const key of keys) {
      if (seen.has(key)) wrong.push(`${what} twice: ${key}`);
      seen.add(key);
    }
  };
  const ofType = (type: string): LoggedEvent[] => log.filter((event) => event.type === type);
  once(
    'The same audio was recorded',
    ofType('AudioUploaded').map(({ data }) => `${String(data.owner)} ${String(data.sha256)}`),
  );
  for (const type of ['AudioUploaded', 'AudioSplit', 'TranscriptAssembled', 'RecordingErased']) {
    once(type, ofType(type).map(idOf));
  }
  once(
    'Event id',
    log.map(({ id }) => id.toLowerCase()),
  );
  once(
    'Place in a stream',
    log.map(({ stream, revision }) => `${stream} ${revision}`),
  );
  return wrong;
}

/** The complaint of `vox audit verify`, if it has one. */
export async function unverified(server: TestServer): Promise<string[]> {
  try {
    const said = await server.vox('audit', 'verify');
    return /^Verified [1-9]\d* events/.test(said) ? [] : [said];
  } catch (error) {
    return [messageOf(error)];
  }
}

/** Sends one more command to every recording, the workspace and the seals. @returns commands that failed */
export async function commandRefusals(
  server: TestServer,
  recordings: readonly KnownRecording[],
): Promise<string[]> {
  const wrong: string[] = [];
  const send = async (method: string, path: string, body: unknown, key = server.key): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const init = { method, headers, key, body: JSON.stringify(body) };
    const { status, text } = await server.request(path, init);
    if (status !== 200) wrong.push(`${method} ${path}: ${status} ${text}`);
  };
  for (const { id } of recordings) await send('PATCH', `/v1/recordings/${id}/details`, { client: 'Ann' });
  await send('PATCH', '/v1/workspace', { name: 'After all faults' });
  await send('POST', '/v1/audit/seal', {}, OPERATOR_TOKEN);
  return wrong;
}

/** The id of the recording that an event belongs to. */
export function idOf({ stream }: LoggedEvent): string {
  return stream.replace(/^recording-/, '');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 500) : String(error);
}
