import { FORMATS, silentVideo } from '@test/audio/audio';
import { OWNER } from '@test/domain/some';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import {
  audioClaimDecider,
  audioClaimId,
  deriveId,
  DOMAIN_EVENTS,
  DomainEvent,
  ownerIdOf,
  PresentRecording,
  recordingDecider,
} from '@voxpersona/domain';
import {
  Actors,
  AppendOutcomeUnknown,
  AppendResult,
  EventCodec,
  EventStoreUnavailable,
  PostgresKeyRing,
  RecordingKeyDestroyed,
} from '@voxpersona/event-store';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Workspaces } from '../access/workspaces';
import { originalKey } from '../activities/object-keys';
import { FfmpegMedia, findMediaPrograms } from '../providers/media';
import { adoptStore, Originals } from '../originals';
import { FilesystemObjectStorage } from '../providers/object-storage';
import { UploadLinks } from '../upload-links/upload-links';
import { AcceptUpload, AcceptUploadHandler, Upload, UploadAnswer, UploadUnconfirmed } from './accept-upload';
import { AudioClaims } from './audio-claims';
import { commandContext, RequestContext } from './request-context';

const request = (): RequestContext => ({
  requestId: randomUUID(),
  actor: { kind: 'api-key', id: 'key', owner: OWNER },
});

describe('Accepting an upload', () => {
  let log: TestLog;
  let actors: Actors<DomainEvent>;
  let keys: PostgresKeyRing;
  let codec: EventCodec<DomainEvent>;
  let storage: FilesystemObjectStorage;
  let originals: Originals;
  let workspaces: Workspaces;
  let handler: AcceptUploadHandler;
  let folder: string;
  let owner: string;

  beforeAll(async () => {
    log = await createTestLog();
    keys = new PostgresKeyRing(log.pool, randomBytes(32));
    codec = new EventCodec<DomainEvent>(DOMAIN_EVENTS, keys, (id, index) => deriveId('event', id, index));
    actors = new Actors(log.store, codec);
  });
  beforeEach(async () => {
    owner = randomUUID();
    folder = mkdtempSync(join(tmpdir(), 'uploads-'));
    storage = new FilesystemObjectStorage(folder);
    await adoptStore(storage, await log.store.logId());
    originals = new Originals(storage, log.store);
    workspaces = new Workspaces(actors);
    const links = new UploadLinks(actors, workspaces, originals);
    const media = new FfmpegMedia(findMediaPrograms({}));
    const claims = new AudioClaims(actors, keys);
    handler = new AcceptUploadHandler(actors, media, storage, originals, links, claims, workspaces);
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  afterAll(() => log.close());

  async function upload(
    file: string,
    recordingId: string = randomUUID(),
    details: Record<string, string> = {},
    requested = request(),
    {
      language = null,
      channels = null,
      signal,
    }: Partial<Pick<Upload, 'language' | 'channels'>> & { signal?: AbortSignal } = {},
  ): Promise<UploadAnswer> {
    const stored = await storage.put(originalKey(recordingId), createReadStream(file));
    const given = {
      fileName: 'a.mp3',
      scenario: 'interview' as const,
      language,
      channels,
      details,
      reports: [],
    };
    const limits = { maxSeconds: 60 };
    return handler.execute(
      new AcceptUpload({ recordingId, stored, owner, ...given }, limits, requested, { signal }),
    );
  }

  const objects = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.includes('/original') && !path.endsWith('.sha256'),
    );

  it('adds the details of audio that was there already, and offers its language', async () => {
    const first = await upload(FORMATS.mp3(), randomUUID(), { city: 'Bonn', client: 'Ann' });
    expect(first.merged).toBeUndefined();
    const again = await upload(FORMATS.mp3(), randomUUID(), { client: 'Ann', place: 'Adlon' }, request(), {
      language: 'de',
    });
    expect(again).toMatchObject({
      ...{ recordingId: first.recordingId, outcome: 'duplicate' },
      merged: { details: ['place'], otherLanguage: 'de', otherChannels: null },
    });
    const { state } = await actors.read(recordingDecider, first.recordingId);
    expect(state).toMatchObject({ details: { city: 'Bonn', client: 'Ann', place: 'Adlon' }, language: null });
    expect((await upload(FORMATS.mp3())).merged).toEqual({
      ...{ details: [], otherLanguage: null, otherChannels: null },
    });
    expect((await upload(FORMATS.mp3(), randomUUID(), { city: 'Berlin' })).merged?.details).toEqual(['city']);
  });

  it('keeps nothing of a file whose sender has gone away while it was looked at', async () => {
    const gone = new AbortController();
    const uploading = upload(FORMATS.mp3(), randomUUID(), {}, request(), { signal: gone.signal });
    const reason = new Error('gone');
    gone.abort(reason);
    await expect(uploading).rejects.toBe(reason);
    expect(objects()).toEqual([]);
    expect(await upload(FORMATS.mp3())).toMatchObject({ outcome: 'created' });
  });

  it('records how the channels are to be transcribed: as the upload says, else as the workspace has it', async () => {
    const channelsOf = async ({ recordingId }: UploadAnswer): Promise<unknown> => {
      const { state } = await actors.read(recordingDecider, recordingId);
      return state.phase === 'present' && state.channels;
    };
    const name = randomUUID();
    owner = ownerIdOf(name);
    await workspaces.ask(owner, { type: 'RegisterWorkspace', name }, request());
    expect(await channelsOf(await upload(FORMATS.mp3()))).toBe('mixed');
    const by = { kind: 'operator' as const };
    await workspaces.ask(owner, { type: 'ChangeWorkspace', by, channels: 'separate' }, request());
    expect(await channelsOf(await upload(FORMATS.wav()))).toBe('separate');
    const id = randomUUID();
    const given = await upload(FORMATS.flac(), id, {}, request(), { channels: 'mixed' });
    expect(await channelsOf(given)).toBe('mixed');
    // That it is there already, and was sent without saying so, is no wish for anything else.
    expect((await upload(FORMATS.flac())).merged?.otherChannels).toBeNull();
    const other = await upload(FORMATS.flac(), randomUUID(), {}, request(), { channels: 'separate' });
    expect(other).toMatchObject({ recordingId: id, merged: { otherChannels: 'separate' } });
    expect(await channelsOf(given)).toBe('mixed');
  });

  it('makes one recording of the same audio sent several times at once', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => upload(FORMATS.mp3())));
    expect(new Set(answers.map((answer) => answer.recordingId)).size).toBe(1);
    expect(answers.filter((answer) => answer.outcome === 'created')).toHaveLength(1);
    const { state } = await actors.read(recordingDecider, answers[0]!.recordingId);
    // Whose object it is, is the recording's to say; the others are gone.
    expect(objects()).toEqual([state.phase === 'present' && state.original.objectKey]);
  });

  it('takes the place of an upload that died between its claim and its recording', async () => {
    const dead = randomUUID();
    const { sha256 } = await storage.put('probe', createReadStream(FORMATS.mp3()));
    const claimId = audioClaimId(owner, sha256);
    const claim = { type: 'ClaimAudio' as const, claimId, recordingId: dead };
    await actors.ask(audioClaimDecider, claimId, claim, commandContext(request(), 'claim'));
    expect(await upload(FORMATS.mp3())).toMatchObject({ recordingId: dead, outcome: 'created' });
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
    expect(await upload(FORMATS.mp3(), next)).toMatchObject({ recordingId: next, outcome: 'created' });
  });

  it('does not wait for the saga to release the claim of an erased recording', async () => {
    const first = await upload(FORMATS.mp3());
    const erase = { type: 'EraseRecording' as const };
    await actors.ask(recordingDecider, first.recordingId, erase, commandContext(request(), 'erase'));
    const second = await upload(FORMATS.mp3());
    expect(second.outcome).toBe('created');
    expect(second.recordingId).not.toBe(first.recordingId);
  });

  describe('of a recording whose original is gone', () => {
    const missing = async (recordingId: string): Promise<void> => {
      const { state } = await actors.read(recordingDecider, recordingId);
      if (state.phase === 'present') rmSync(join(folder, state.original.objectKey));
    };

    it('gives it its audio back, and keeps its id', async () => {
      const { recordingId } = await upload(FORMATS.mp3());
      await missing(recordingId);
      const answer = await upload(FORMATS.mp3());
      expect(answer).toMatchObject({ recordingId, outcome: 'restored' });
      const { state } = await actors.read(recordingDecider, recordingId);
      expect(objects()).toEqual([state.phase === 'present' && state.original.objectKey]);
      expect(await upload(FORMATS.mp3())).toMatchObject({ recordingId, outcome: 'duplicate' });
    });

    it('lets one of several senders restore it', async () => {
      const { recordingId } = await upload(FORMATS.mp3());
      await missing(recordingId);
      const answers = await Promise.all([1, 2, 3].map(() => upload(FORMATS.mp3())));
      expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['duplicate', 'duplicate', 'restored']);
      expect(objects()).toHaveLength(1);
    });

    it('knows it by its length, and by the checksum that is kept with it', async () => {
      const { recordingId } = await upload(FORMATS.mp3());
      const original = join(folder, originalKey(recordingId));
      truncateSync(original, 10);
      expect(await upload(FORMATS.mp3())).toMatchObject({ recordingId, outcome: 'restored' });
      const { state } = await actors.read(recordingDecider, recordingId);
      const { objectKey } = (state as PresentRecording).original;
      writeFileSync(join(folder, `${objectKey}.sha256`), '0'.repeat(64));
      expect(await upload(FORMATS.mp3())).toMatchObject({ recordingId, outcome: 'restored' });
    });

    it('reads one whose checksum was never kept, as earlier builds left it', async () => {
      const { recordingId } = await upload(FORMATS.mp3());
      const checksum = join(folder, `${originalKey(recordingId)}.sha256`);
      rmSync(checksum);
      expect(await upload(FORMATS.mp3())).toMatchObject({ recordingId, outcome: 'duplicate' });
      expect(readFileSync(checksum, 'utf8')).toMatch(/^[0-9a-f]{64}$/);
    });

    it('takes a store without the mark of the log for an outage', async () => {
      const { recordingId } = await upload(FORMATS.mp3());
      rmSync(folder, { recursive: true });
      // As in another process, which has not seen the mark.
      originals = new Originals(storage, log.store);
      const { state } = await actors.read(recordingDecider, recordingId);
      await expect(originals.inspect((state as PresentRecording).original)).rejects.toMatchObject({
        code: 'storage',
      });
      mkdirSync(folder);
    });
  });

  describe('when the answer to its append is lost', () => {
    /** Appends of AudioUploaded go through `append`. */
    function faulty(append: (write: () => Promise<AppendResult>) => Promise<AppendResult>): void {
      const { store } = log.openAgain();
      const write = store.append.bind(store);
      jest
        .spyOn(store, 'append')
        .mockImplementation((...given) =>
          given[1].some(({ type }) => type === 'AudioUploaded')
            ? append(() => write(...given))
            : write(...given),
        );
      const hasty = new Actors(store, codec, { appendPatienceMs: 50 });
      const workspaces = new Workspaces(hasty);
      const links = new UploadLinks(hasty, workspaces, originals);
      const media = new FfmpegMedia(findMediaPrograms({}));
      handler = new AcceptUploadHandler(
        ...([hasty, media, storage, originals, links, new AudioClaims(hasty, keys), workspaces] as const),
      );
    }
    const unknown = (): Promise<never> =>
      Promise.reject(new AppendOutcomeUnknown('recording', new Error('the answer was lost')));

    it('keeps the audio, and recognises the same request when it comes again', async () => {
      const requested = request();
      faulty(async (write) => {
        await write();
        return unknown();
      });
      const recordingId = randomUUID();
      await expect(upload(FORMATS.mp3(), recordingId, {}, requested)).rejects.toThrow(UploadUnconfirmed);
      expect(objects()).toEqual([originalKey(recordingId)]);
      expect(await upload(FORMATS.mp3(), randomUUID(), {}, requested)).toMatchObject({
        ...{ recordingId, outcome: 'created' },
      });
      expect(await upload(FORMATS.mp3())).toMatchObject({ recordingId, outcome: 'duplicate' });
      expect(objects()).toEqual([originalKey(recordingId)]);
    });

    it('keeps the audio also where nothing was written, and takes the next one', async () => {
      let isAway = true;
      faulty((write) => (isAway ? unknown() : write()));
      const recordingId = randomUUID();
      await expect(upload(FORMATS.mp3(), recordingId)).rejects.toThrow(UploadUnconfirmed);
      isAway = false;
      expect(await upload(FORMATS.mp3())).toMatchObject({ recordingId, outcome: 'created' });
      // The first one is the sweeper's: whether an event names it, only the log can tell later.
      expect(objects()).toHaveLength(2);
    });

    it('leaves nothing of an append that was never sent', async () => {
      faulty(() => Promise.reject(new EventStoreUnavailable(new Error('refused'))));
      await expect(upload(FORMATS.mp3())).rejects.toThrow(EventStoreUnavailable);
      expect(
        readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /original/.test(path)),
      ).toEqual([]);
    });
  });

  it('gives the same audio to two owners', async () => {
    const mine = await upload(FORMATS.mp3());
    owner = randomUUID();
    expect(await upload(FORMATS.mp3())).toMatchObject({ outcome: 'created' });
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
