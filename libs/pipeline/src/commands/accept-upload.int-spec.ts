import { FORMATS, silentVideo } from '@test/audio/audio';
import { OWNER } from '@test/domain/some';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import {
  audioClaimDecider,
  audioClaimId,
  deriveId,
  DOMAIN_EVENTS,
  DomainEvent,
  recordingDecider,
} from '@voxpersona/domain';
import { Actors, EventCodec, PostgresKeyRing, RecordingKeyDestroyed } from '@voxpersona/event-store';
import { randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Workspaces } from '../access/workspaces';
import { originalKey } from '../activities/object-keys';
import { FfmpegMedia, findMediaPrograms } from '../providers/media';
import { FilesystemObjectStorage } from '../providers/object-storage';
import { UploadLinks } from '../upload-links/upload-links';
import { AcceptUpload, AcceptUploadHandler, UploadAnswer } from './accept-upload';
import { commandContext, RequestContext } from './request-context';

const request = (): RequestContext => ({
  requestId: randomUUID(),
  actor: { kind: 'api-key', id: 'key', owner: OWNER },
});

describe('Accepting an upload', () => {
  let log: TestLog;
  let actors: Actors<DomainEvent>;
  let keys: PostgresKeyRing;
  let storage: FilesystemObjectStorage;
  let handler: AcceptUploadHandler;
  let folder: string;
  let owner: string;

  beforeAll(async () => {
    log = await createTestLog();
    keys = new PostgresKeyRing(log.pool, randomBytes(32));
    const codec = new EventCodec<DomainEvent>(DOMAIN_EVENTS, keys, (id, index) =>
      deriveId('event', id, index),
    );
    actors = new Actors(log.store, codec);
  });
  beforeEach(() => {
    owner = randomUUID();
    folder = mkdtempSync(join(tmpdir(), 'uploads-'));
    storage = new FilesystemObjectStorage(folder);
    const links = new UploadLinks(actors, new Workspaces(actors));
    handler = new AcceptUploadHandler(actors, new FfmpegMedia(findMediaPrograms({})), storage, links, keys);
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  afterAll(() => log.close());

  async function upload(
    file: string,
    recordingId: string = randomUUID(),
    details: Record<string, string> = {},
  ): Promise<UploadAnswer> {
    const stored = await storage.put(originalKey(recordingId), createReadStream(file));
    const given = {
      fileName: 'a.mp3',
      scenario: 'interview' as const,
      language: null,
      details,
      reports: [],
    };
    const command = new AcceptUpload({ recordingId, stored, owner, ...given }, { maxSeconds: 60 }, request());
    return handler.execute(command);
  }

  const objects = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('/original'));

  it('makes one recording of the same audio sent several times at once', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => upload(FORMATS.mp3())));
    expect(new Set(answers.map((answer) => answer.recordingId)).size).toBe(1);
    expect(answers.filter((answer) => !answer.duplicate)).toHaveLength(1);
    const { state } = await actors.read(recordingDecider, answers[0]!.recordingId);
    // Whose object it is, is the recording's to say; the others are gone.
    expect(objects()).toEqual([state.phase === 'present' && state.objectKey]);
  });

  it('takes the place of an upload that died between its claim and its recording', async () => {
    const dead = randomUUID();
    const { sha256 } = await storage.put('probe', createReadStream(FORMATS.mp3()));
    const claimId = audioClaimId(owner, sha256);
    const claim = { type: 'ClaimAudio' as const, claimId, recordingId: dead };
    await actors.ask(audioClaimDecider, claimId, claim, commandContext(request(), 'claim'));
    expect(await upload(FORMATS.mp3())).toMatchObject({ recordingId: dead, duplicate: false });
    expect(objects()).toEqual([expect.stringMatching(`^${originalKey(dead)}-`)]);
  });

  it('takes over nothing from what was withdrawn before it was a recording, and leaves it no claim', async () => {
    const late = randomUUID();
    const { sha256 } = await storage.put('probe', createReadStream(FORMATS.mp3()));
    await storage.delete('probe');
    const claimId = audioClaimId(owner, sha256);
    const claim = { type: 'ClaimAudio' as const, claimId, recordingId: late };
    await actors.ask(audioClaimDecider, claimId, claim, commandContext(request(), 'claim'));
    await keys.destroy(late);
    await expect(upload(FORMATS.mp3(), late)).rejects.toThrow(RecordingKeyDestroyed);
    expect((await actors.read(audioClaimDecider, claimId)).state.holder).toBeNull();
    await actors.ask(audioClaimDecider, claimId, claim, commandContext(request(), 'claim'));
    const next = randomUUID();
    expect(await upload(FORMATS.mp3(), next)).toMatchObject({ recordingId: next, duplicate: false });
  });

  it('does not wait for the saga to release the claim of an erased recording', async () => {
    const first = await upload(FORMATS.mp3());
    const erase = { type: 'EraseRecording' as const };
    await actors.ask(recordingDecider, first.recordingId, erase, commandContext(request(), 'erase'));
    const second = await upload(FORMATS.mp3());
    expect(second.duplicate).toBe(false);
    expect(second.recordingId).not.toBe(first.recordingId);
  });

  it('gives the same audio to two owners', async () => {
    const mine = await upload(FORMATS.mp3());
    owner = randomUUID();
    expect(await upload(FORMATS.mp3())).toMatchObject({ duplicate: false });
    expect((await upload(FORMATS.mp3())).recordingId).not.toBe(mine.recordingId);
  });

  it('records details as they are stored, whoever sent them', async () => {
    const { recordingId } = await upload(FORMATS.mp3(), randomUUID(), { date: '23.11.2026', room: ' 12 ' });
    const { state } = await actors.read(recordingDecider, recordingId);
    expect(state).toMatchObject({ details: { date: '2026-11-23', room: '12' } });
  });

  it('keeps nothing of what comes with bad details, and says all that is bad', async () => {
    const bad = { date: '31.02.2026', buildingType: 'castle', city: 'Bonn' };
    const recordingId = randomUUID();
    await expect(upload(FORMATS.mp3(), recordingId, bad)).rejects.toMatchObject({
      refusal: { code: 'invalid_details', message: expect.stringMatching(/date: .*buildingType: /) },
      problems: [{ code: 'not_a_date' }, { code: 'unknown_choice' }],
    });
    expect(objects()).toEqual([]);
    expect((await actors.read(recordingDecider, recordingId)).state.phase).toBe('absent');
  });

  it('keeps nothing of what cannot be a recording', async () => {
    await expect(upload(silentVideo())).rejects.toMatchObject({ code: 'no_audio_stream' });
    expect(objects()).toEqual([]);
  });
});
