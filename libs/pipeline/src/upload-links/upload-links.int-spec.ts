import { FORMATS, longRecording, silentVideo } from '@test/audio/audio';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import {
  audioClaimDecider,
  audioClaimId,
  ChatCommand,
  chatDecider,
  deriveId,
  DOMAIN_EVENTS,
  DomainEvent,
  founderIdOf,
  ownerIdOf,
  recordingDecider,
  Role,
  uploadLinkDecider,
  UploadLinkOrigin,
} from '@voxpersona/domain';
import { Actors, EventCodec, PostgresKeyRing } from '@voxpersona/event-store';
import { randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IssuedSecrets } from '../access/issued-secrets';
import { hashSecret, parseUploadLink } from '../access/secrets';
import { Workspaces } from '../access/workspaces';
import { originalKey } from '../activities/object-keys';
import { AcceptUpload, AcceptUploadHandler, UploadAnswer } from '../commands/accept-upload';
import { AudioClaims } from '../commands/audio-claims';
import { commandContext, RequestContext } from '../commands/request-context';
import { FfmpegMedia, findMediaPrograms } from '../providers/media';
import { adoptStore, Originals } from '../originals';
import { FilesystemObjectStorage } from '../providers/object-storage';
import { IssueUploadLink, IssueUploadLinkHandler } from './issue-upload-link';
import { RevokeUploadLink, RevokeUploadLinkHandler } from './revoke-upload-link';
import { ShownUploadLink, UploadLinks } from './upload-links';

const RIGHT = { roles: ['owner', 'admin', 'analyst'] as const, scope: null };

describe('An upload by a link', () => {
  let log: TestLog;
  let actors: Actors<DomainEvent>;
  let keys: PostgresKeyRing;
  let workspaces: Workspaces;
  let links: UploadLinks;
  let storage: FilesystemObjectStorage;
  let handler: AcceptUploadHandler;
  let folder: string;
  let owner: string;
  let member: string;

  const request = (): RequestContext => ({
    requestId: randomUUID(),
    actor: { kind: 'upload-link', id: 'link', owner, member },
  });

  beforeAll(async () => {
    log = await createTestLog();
    keys = new PostgresKeyRing(log.pool, randomBytes(32));
    const codec = new EventCodec<DomainEvent>(DOMAIN_EVENTS, keys, (id, index) =>
      deriveId('event', id, index),
    );
    actors = new Actors(log.store, codec);
    workspaces = new Workspaces(actors);
  });
  beforeEach(async () => {
    const name = randomUUID();
    owner = ownerIdOf(name);
    member = founderIdOf(owner);
    await workspaces.ask(owner, { type: 'RegisterWorkspace', name }, request());
    folder = mkdtempSync(join(tmpdir(), 'links-'));
    storage = new FilesystemObjectStorage(folder);
    await adoptStore(storage, await log.store.logId());
    const originals = new Originals(storage, log.store);
    links = new UploadLinks(actors, workspaces, originals);
    const media = new FfmpegMedia(findMediaPrograms({}));
    const claims = new AudioClaims(actors, keys);
    handler = new AcceptUploadHandler(actors, media, storage, originals, links, claims, workspaces);
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  afterAll(() => log.close());

  async function issue(
    memberId = member,
    notAfter: string | null = null,
    origin: UploadLinkOrigin = { kind: 'rest' },
  ): Promise<ShownUploadLink> {
    const link = { owner, memberId, scenario: null, language: null, channels: null, reports: [] };
    const issued = await new IssueUploadLinkHandler(actors, new IssuedSecrets(randomBytes(32))).execute(
      new IssueUploadLink({ ...link, origin }, 60, request(), notAfter),
    );
    const { linkId, secret } = parseUploadLink(issued.token)!;
    return { linkId, secretSha256: hashSecret(secret), now: new Date().toISOString(), right: RIGHT };
  }

  async function upload(link: ShownUploadLink, file: string): Promise<UploadAnswer> {
    const recordingId = randomUUID();
    const stored = await storage.put(originalKey(recordingId), createReadStream(file));
    const rest = { fileName: 'a', scenario: 'interview' as const, language: null, channels: null };
    const given = { recordingId, stored, owner, ...rest, details: {}, reports: [] };
    return handler.execute(new AcceptUpload(given, { maxSeconds: 60 }, request(), { link }));
  }

  const objects = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.includes('/original') && !path.endsWith('.sha256'),
    );
  const refused = (code: string): object => ({ refusal: expect.objectContaining({ code }) });
  const stateOf = async ({ linkId }: ShownUploadLink) => (await actors.read(uploadLinkDecider, linkId)).state;

  it('is taken once', async () => {
    const link = await issue();
    const { recordingId } = await upload(link, FORMATS.mp3());
    expect((await stateOf(link)).use).toEqual({ recordingId, duplicate: false });
    await expect(links.open(link)).rejects.toMatchObject(refused('link_used'));
    await expect(upload(link, FORMATS.wav())).rejects.toMatchObject(refused('link_used'));
    expect(objects()).toHaveLength(1);
  });

  it('leaves the link open when it is not audio', async () => {
    const link = await issue();
    await expect(upload(link, silentVideo())).rejects.toMatchObject({ code: 'no_audio_stream' });
    expect(objects()).toEqual([]);
    expect(await links.open(link)).toMatchObject({ memberId: member });
    expect(await upload(link, FORMATS.mp3())).toMatchObject({ outcome: 'created' });
  });

  it('makes one recording of several files at once, and nothing of the others', async () => {
    const link = await issue();
    const files = [31, 32, 33, 34].map((seed) => longRecording(1, seed));
    const ends = await Promise.allSettled(files.map((file) => upload(link, file)));
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const end of ends) {
      if (end.status === 'rejected') expect(end.reason).toMatchObject(refused('link_used'));
    }
    const { use } = await stateOf(link);
    const { state } = await actors.read(recordingDecider, use!.recordingId);
    expect(objects()).toEqual([state.phase === 'present' && state.original.objectKey]);
    // Whose upload came second can be sent by another way as if it had never been.
    for (const file of files) await upload(await issue(), file);
    expect(objects()).toHaveLength(4);
  });

  it('goes on where one died between the use and its recording, and nowhere else', async () => {
    const link = await issue();
    const dead = randomUUID();
    const { sha256 } = await storage.put('probe', createReadStream(FORMATS.mp3()));
    const claimId = audioClaimId(owner, sha256);
    const claim = { type: 'ClaimAudio' as const, claimId, recordingId: dead };
    await actors.ask(audioClaimDecider, claimId, claim, commandContext(request(), 'claim'));
    await links.use(link, { recordingId: dead, duplicate: false }, request());
    expect(await links.open(link)).toMatchObject({ linkId: link.linkId });
    await expect(upload(link, FORMATS.wav())).rejects.toMatchObject(refused('link_used'));
    expect(objects()).toEqual([]);
    expect(await upload(link, FORMATS.mp3())).toMatchObject({ recordingId: dead, outcome: 'created' });
    await expect(links.open(link)).rejects.toMatchObject(refused('link_used'));
  });

  it('closes the link also for audio that is there already', async () => {
    const { recordingId } = await upload(await issue(), FORMATS.mp3());
    const link = await issue();
    expect(await upload(link, FORMATS.mp3())).toMatchObject({ recordingId, outcome: 'duplicate' });
    expect((await stateOf(link)).use).toEqual({ recordingId, duplicate: true });
    await expect(links.open(link)).rejects.toMatchObject(refused('link_used'));
  });

  it('takes the same file again, and no other', async () => {
    const link = await issue();
    const { recordingId } = await upload(link, FORMATS.mp3());
    expect(await links.admit(link)).toMatchObject({ usedFor: { objectKey: originalKey(recordingId) } });
    expect(await upload(link, FORMATS.mp3())).toMatchObject({ recordingId, outcome: 'duplicate' });
    await expect(upload(link, FORMATS.wav())).rejects.toMatchObject(refused('link_used'));
    expect(objects()).toHaveLength(1);
  });

  it('gives a recording that came by it its audio back', async () => {
    const link = await issue();
    const { recordingId } = await upload(link, FORMATS.mp3());
    rmSync(join(folder, originalKey(recordingId)));
    expect(await links.open(link)).toMatchObject({ linkId: link.linkId });
    expect(await upload(link, FORMATS.mp3())).toMatchObject({ recordingId, outcome: 'restored' });
    expect(objects()).toHaveLength(1);
    await expect(links.open(link)).rejects.toMatchObject(refused('link_used'));
  });

  it('ends with the key that made the link', async () => {
    const link = await issue(member, new Date(Date.now() - 1_000).toISOString());
    await expect(links.open(link)).rejects.toMatchObject(refused('link_expired'));
    await expect(upload(link, FORMATS.mp3())).rejects.toMatchObject(refused('link_expired'));
    expect(objects()).toEqual([]);
  });

  it('is refused when the link was taken back meanwhile, or is of nobody who may upload', async () => {
    const link = await issue();
    const by = { owner, memberId: member, role: 'owner' as Role };
    await new RevokeUploadLinkHandler(actors).execute(new RevokeUploadLink(link.linkId, by, request()));
    await expect(upload(link, FORMATS.mp3())).rejects.toMatchObject(refused('link_revoked'));
    const stranger = await issue(randomUUID());
    await expect(links.open(stranger)).rejects.toMatchObject(refused('link_maker_denied'));
    await expect(upload(stranger, FORMATS.mp3())).rejects.toMatchObject(refused('link_maker_denied'));
    expect(objects()).toEqual([]);
  });

  it('is refused when the file that it was offered for was withdrawn in its chat', async () => {
    const [chatId, intakeId] = [randomUUID(), randomUUID()];
    const tell = async (command: ChatCommand): Promise<void> => {
      const context = commandContext(request(), command.type);
      expect(await actors.ask(chatDecider, chatId, command, context)).toMatchObject({ kind: 'accepted' });
    };
    const settings = {
      ...{ language: 'en' as const, speechLanguage: null, scenario: null },
      groupMode: 'asked' as const,
    };
    const of = { ownerId: owner, memberId: member };
    await tell({ type: 'OpenChat', chat: { ...of, chatId, kind: 'private', settings, telegramChatId: 77 } });
    const file = {
      ...{ fileId: 'f', fileUniqueId: 'u' },
      kind: 'document' as const,
      sizeBytes: 9,
      durationSeconds: 1,
    };
    const media = {
      ...{
        intakeId,
        recordingId: randomUUID(),
        memberId: member,
        accountId: randomUUID(),
        file,
        fetch: false,
      },
      ...{ albumId: null, messageId: 5, fileName: 'talk.mp3', caption: '' },
    };
    await tell({ type: 'ReceiveMedia', media, maxWaiting: 1, again: false });
    const link = await issue(member, null, { kind: 'telegram', chatId, intakeId });
    expect(await links.open(link)).toMatchObject({ memberId: member });
    await tell({ type: 'WithdrawMedia', ...of });
    await expect(links.open(link)).rejects.toMatchObject(refused('link_revoked'));
    await expect(upload(link, FORMATS.mp3())).rejects.toMatchObject(refused('link_revoked'));
    expect(objects()).toEqual([]);
  });

  it('is not guessed', async () => {
    const link = await issue();
    const wrong = { ...link, secretSha256: hashSecret('another') };
    await expect(links.open(wrong)).rejects.toMatchObject(refused('link_not_found'));
    const unknown = { ...link, linkId: randomUUID() };
    await expect(links.open(unknown)).rejects.toMatchObject(refused('link_not_found'));
    await expect(upload(wrong, FORMATS.mp3())).rejects.toMatchObject(refused('link_not_found'));
    expect(objects()).toEqual([]);
  });
});
