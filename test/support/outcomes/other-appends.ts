import { setTimeout as sleep } from 'node:timers/promises';
import { TestAnswer } from '../server/test-server';
import { outcomeOf } from './checks';
import { EventType, OPERATOR_TOKEN } from './outcome-world';
import { Scene } from './scene';
import { isSuccess, Sending } from './sender';
import { objectKeys } from './stored-objects';

/** An append other than an upload's, and the test of its outcome. */
export interface OtherAppend {
  name: string;
  /** The fault hits an append with an event of this type. */
  type: EventType;
  /**
   * Makes the append, and expects that it was done once.
   *
   * @param name unique among all runs
   * @param hit runs the work during which the fault hits
   */
  run<Fault>(scene: Scene<Fault>, name: string, hit: Hit): Promise<void>;
}

/** The part of an answer with a new key that these tests use. */
interface Credential {
  apiKey: string;
  position: string;
}

const READY_MS = 30_000;

type Hit = <T>(work: () => Promise<T>) => Promise<T>;

export const OTHER_APPENDS: readonly OtherAppend[] = [
  {
    name: 'a split',
    type: 'AudioSplit',
    run: async (scene, name, hit) => {
      await hit(async () => {
        const { ids } = await scene.sender.upload(name);
        await scene.logged(({ type, stream }) => type === 'AudioSplit' && ids.has(stream.slice(10)));
      });
    },
  },
  {
    name: 'a claim on audio',
    type: 'AudioClaimed',
    run: async (scene, name, hit) => {
      const sending = await hit(() => scene.sender.upload(name));
      expectOneRecording(sending);
      await expectReady(scene, sending);
      await erase(scene, sending);
      await expectErased(scene, sending);
      // The next event of the claim: its hash chain continues from the event that was hit.
      await scene.logged(
        ({ type, data }) => type === 'AudioClaimReleased' && sending.ids.has(String(data.recordingId)),
      );
    },
  },
  {
    name: 'an upload link',
    type: 'UploadLinkIssued',
    run: async (scene, name, hit) => {
      const link = await hit(() => issueLink(scene));
      expectOneRecording(await scene.sender.uploadBy(link, name));
    },
  },
  {
    name: 'the use of an upload link',
    type: 'UploadLinkUsed',
    run: async (scene, name, hit) => {
      const link = await issueLink(scene);
      await sendTwice(scene, link, await hit(() => scene.sender.uploadBy(link, name)));
    },
  },
  {
    name: 'an upload by a link',
    type: 'AudioUploaded',
    run: async (scene, name, hit) => {
      const link = await issueLink(scene);
      await sendTwice(scene, link, await hit(() => scene.sender.uploadBy(link, name)));
    },
  },
  {
    name: 'an API key',
    type: 'ApiKeyIssued',
    run: async (scene, name, hit) => {
      const answer = await hit(() => scene.sender.insist('POST', '/v1/keys', { label: name }));
      expect(answer).toMatchObject({ status: 201, body: { apiKey: expect.any(String) } });
      const { apiKey, position } = answer.body as Credential;
      await expectToWork(scene, apiKey);
      const found = await scene.sender.insist('GET', `/v1/keys?limit=200&after=${position}`);
      const { keys } = found.body as { keys: { label: string; revokedAt: string | null }[] };
      expect(keys.filter(({ label, revokedAt }) => label === name && revokedAt === null)).toHaveLength(1);
    },
  },
  {
    name: 'an invitation',
    type: 'InvitationIssued',
    run: async (scene, name, hit) => {
      const token = await hit(() => invite(scene));
      await expectToWork(scene, (await accept(scene, token, name)).apiKey);
    },
  },
  {
    name: 'the acceptance of an invitation',
    type: 'InvitationAccepted',
    run: async (scene, name, hit) => {
      const token = await invite(scene);
      const { apiKey, position } = await hit(() => accept(scene, token, name));
      await expectToWork(scene, apiKey);
      const found = await scene.sender.insist('GET', `/v1/members?limit=200&after=${position}`);
      const { members } = found.body as { members: { name: string | null }[] };
      expect(members.filter((member) => member.name === name)).toHaveLength(1);
    },
  },
  {
    name: 'a seal',
    type: 'LogSealed',
    run: async (scene, name, hit) => {
      const sealed = { status: 200, body: { seal: { treeSize: expect.any(Number) as number } } };
      // Without something new there is nothing to seal.
      await rename(scene, `${name} before`);
      const first = await hit(() => seal(scene));
      expect(first.status).toBe(200);
      await rename(scene, `${name} after`);
      expect(await seal(scene)).toMatchObject(sealed);
    },
  },
  {
    name: 'an erasure',
    type: 'RecordingErased',
    run: async (scene, name, hit) => {
      const sending = await uploadedAndReady(scene, name);
      await hit(() => erase(scene, sending));
      await expectErased(scene, sending);
    },
  },
  {
    name: 'the end of an erasure',
    type: 'RecordingErasureCompleted',
    run: async (scene, name, hit) => {
      const sending = await uploadedAndReady(scene, name);
      await hit(async () => {
        await erase(scene, sending);
        await expectErased(scene, sending);
      });
      await expectErased(scene, sending);
    },
  },
];

async function issueLink<Fault>({ sender }: Scene<Fault>): Promise<string> {
  const answer = await sender.insist('POST', '/v1/upload-links', { reports: [] });
  expect(answer.status).toBe(201);
  return (answer.body as { url: string }).url.split('#')[1] ?? '';
}

/** Sends the same file by the same link again, as a sender does who is unsure. */
async function sendTwice<Fault>({ sender }: Scene<Fault>, link: string, sending: Sending): Promise<void> {
  expectOneRecording(sending);
  const again = await sender.sendBy(link, sending);
  expect(again).toMatchObject({ body: { id: [...sending.ids][0] } });
  expectOneRecording(sending);
}

function expectOneRecording({ ids, statuses }: Sending): void {
  expect({ recordings: ids.size, statuses }).toMatchObject({ recordings: 1 });
}

async function invite<Fault>({ sender }: Scene<Fault>): Promise<string> {
  const answer = await sender.insist('POST', '/v1/invitations', { role: 'analyst' });
  expect(answer).toMatchObject({ status: 201, body: { token: expect.any(String) } });
  return (answer.body as { token: string }).token;
}

async function accept<Fault>({ sender }: Scene<Fault>, token: string, name: string): Promise<Credential> {
  const answer = await sender.insist('POST', '/v1/invitations/accept', { token, name }, { key: null });
  expect(answer).toMatchObject({ status: 201, body: { apiKey: expect.any(String) } });
  return answer.body as Credential;
}

/** A new key works once the read model has it. */
async function expectToWork<Fault>({ sender }: Scene<Fault>, key: string): Promise<void> {
  let answer = await sender.insist('GET', '/v1/me', undefined, { key });
  for (let attempt = 0; answer.status === 401 && attempt < 100; attempt += 1) {
    await sleep(50);
    answer = await sender.insist('GET', '/v1/me', undefined, { key });
  }
  expect(answer.status).toBe(200);
}

function seal<Fault>({ sender }: Scene<Fault>): Promise<TestAnswer> {
  return sender.insist('POST', '/v1/audit/seal', undefined, { key: OPERATOR_TOKEN });
}

async function rename<Fault>({ sender }: Scene<Fault>, name: string): Promise<void> {
  const { status } = await sender.insist('PATCH', '/v1/workspace', { name: name.slice(-100) });
  expect(status).toBe(200);
}

async function uploadedAndReady<Fault>(scene: Scene<Fault>, name: string): Promise<Sending> {
  const sending = await scene.sender.upload(name);
  await expectReady(scene, sending);
  return sending;
}

async function expectReady<Fault>({ server }: Scene<Fault>, { ids }: Sending): Promise<void> {
  expect(await outcomeOf(server, [...ids][0] ?? '', Date.now() + READY_MS)).toBe('ready');
}

async function erase<Fault>({ sender }: Scene<Fault>, sending: Sending): Promise<void> {
  const answer = await sender.insist('DELETE', `/v1/recordings/${[...sending.ids][0] ?? ''}`);
  // A retry may find the recording erased.
  expect({ ...answer, isDone: isSuccess(answer) || answer.status === 410 }).toMatchObject({ isDone: true });
}

async function expectErased<Fault>(scene: Scene<Fault>, { ids }: Sending): Promise<void> {
  const [id = ''] = ids;
  await scene.logged(
    ({ type, stream }) => type === 'RecordingErasureCompleted' && stream === `recording-${id}`,
  );
  const ends = (await scene.world.log()).filter(
    ({ type, stream }) => type === 'RecordingErasureCompleted' && stream === `recording-${id}`,
  );
  expect(ends).toHaveLength(1);
  expect(objectKeys(scene.server).filter((key) => key.includes(id))).toEqual([]);
  expect((await scene.sender.insist('GET', `/v1/recordings/${id}`)).status).toBe(410);
}
