import { AccessProcess, AccessWorld, createAccessWorld, systemRequest } from '@test/access/access-world';
import { authorise } from '@voxpersona/domain';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { RequestContext } from '../commands/request-context';
import { Originals } from '../originals';
import { FilesystemObjectStorage } from '../providers/object-storage';
import { IssueUploadLink, IssueUploadLinkHandler } from '../upload-links/issue-upload-link';
import { UploadLinks } from '../upload-links/upload-links';
import { AcceptInvitation, AcceptInvitationHandler, NewMember } from './accept-invitation';
import { InviteMember, InviteMemberHandler, IssuedInvitation } from './invite-member';
import { IssueApiKey, IssueApiKeyHandler, IssuedApiKey } from './issue-api-key';
import { RotateApiKey, RotateApiKeyHandler } from './rotate-api-key';
import { hashSecret, parseApiKey, parseUploadLink } from './secrets';

const OPERATOR = { kind: 'operator' as const };
const ANY = { roles: ['owner', 'admin', 'analyst', 'auditor'] as const, scope: null };
const WANTED = { label: 'import', scopes: null, expiresAt: null };

/** A process dies between the append and its answer; the client asks another process again. */
describe('A secret whose answer was lost', () => {
  let world: AccessWorld;
  let process: AccessProcess;
  let ownerId: string;
  let founderId: string;

  beforeAll(async () => {
    world = await createAccessWorld();
    process = world.process();
  });
  beforeEach(async () => ({ ownerId, founderId } = await world.workspace()));
  afterAll(() => world.close());

  const issueKey = (by: AccessProcess, request: RequestContext): Promise<IssuedApiKey> =>
    new IssueApiKeyHandler(by.workspaces, by.secrets).execute(
      new IssueApiKey(ownerId, OPERATOR, founderId, WANTED, request),
    );
  const invite = (by: AccessProcess, request: RequestContext, validSeconds = 60): Promise<IssuedInvitation> =>
    new InviteMemberHandler(by.workspaces, by.secrets).execute(
      new InviteMember(ownerId, OPERATOR, 'analyst', validSeconds, request),
    );
  const join = (by: AccessProcess, token: string, requestId: string): Promise<NewMember> =>
    new AcceptInvitationHandler(by.workspaces, by.secrets).execute(
      new AcceptInvitation(token, 'Bea', requestId),
    );
  /** What the log says of a key that is shown. */
  const admission = async (apiKey: string) => {
    const { keyId, secret } = parseApiKey(apiKey)!;
    const state = await process.workspaces.read(ownerId);
    const shown = { keyId, secretSha256: hashSecret(secret) };
    return authorise(state, shown, ANY, new Date().toISOString());
  };
  const events = (): Promise<string[]> => world.typesOf(`owner-${ownerId}`);
  const refused = (code: string): object => ({ refusal: expect.objectContaining({ code }) });

  it('is shown again: a key', async () => {
    const request = systemRequest();
    await world.dieIn((dying) => issueKey(dying, request));
    const { keyId, apiKey } = await issueKey(process, request);
    expect(await admission(apiKey)).toMatchObject({
      kind: 'allowed',
      caller: { keyId, memberId: founderId },
    });
    expect((await issueKey(world.process(), request)).apiKey).toBe(apiKey);
    expect(await events()).toEqual(['OwnerRegistered', 'ApiKeyIssued']);
    // Another request makes another key.
    expect((await issueKey(process, systemRequest())).apiKey).not.toBe(apiKey);
  });

  it('is shown again: the replacement of a key', async () => {
    const { keyId: old } = await issueKey(process, systemRequest());
    const request = systemRequest();
    const rotate = (by: AccessProcess, graceSeconds: number) =>
      new RotateApiKeyHandler(by.workspaces, by.secrets).execute(
        new RotateApiKey(ownerId, OPERATOR, old, graceSeconds, request),
      );
    await world.dieIn((dying) => rotate(dying, 60));
    const { validUntil, apiKey } = await rotate(process, 600);
    expect(await admission(apiKey)).toMatchObject({ kind: 'allowed' });
    expect((await process.workspaces.read(ownerId)).keys[old]).toMatchObject({ expiresAt: validUntil });
    expect(Date.parse(validUntil)).toBeLessThan(Date.now() + 61_000);
    expect(await events()).toEqual(['OwnerRegistered', 'ApiKeyIssued', 'ApiKeyIssued', 'ApiKeyRotated']);
  });

  it('is shown again: an invitation, with the time that was recorded', async () => {
    const request = systemRequest();
    await world.dieIn((dying) => invite(dying, request, 60));
    const { token, expiresAt, invitationId } = await invite(process, request, 600);
    const { invitations } = await process.workspaces.read(ownerId);
    expect(invitations).toEqual({ [invitationId]: expect.objectContaining({ expiresAt, status: 'open' }) });
    expect(Date.parse(expiresAt)).toBeLessThan(Date.now() + 61_000);
    expect(await join(process, token, systemRequest().requestId)).toMatchObject({ role: 'analyst' });
    expect((await events()).filter((type) => type === 'InvitationIssued')).toHaveLength(1);
  });

  it('is shown again: the key of a new member', async () => {
    const { token } = await invite(process, systemRequest());
    const { requestId } = systemRequest();
    await world.dieIn((dying) => join(dying, token, requestId));
    const { memberId, apiKey } = await join(process, token, requestId);
    expect(await admission(apiKey)).toMatchObject({ kind: 'allowed', caller: { memberId, role: 'analyst' } });
    expect((await events()).slice(2)).toEqual(['InvitationAccepted', 'MemberJoined', 'ApiKeyIssued']);
    // Only to the request that was lost: anybody else comes too late.
    await expect(join(process, token, systemRequest().requestId)).rejects.toMatchObject(
      refused('invitation_used'),
    );
    const wrong = token.replace(/..00$/, (end) => (end === 'ff00' ? 'ee00' : 'ff00'));
    await expect(join(process, wrong, requestId)).rejects.toMatchObject(refused('invitation_not_found'));
  });

  it('is shown again: an upload link, with the time that was recorded', async () => {
    // A link that was not used asks nothing of the object store.
    const originals = new Originals(new FilesystemObjectStorage(tmpdir()), process.store);
    const links = new UploadLinks(process.actors, process.workspaces, originals);
    const request = systemRequest();
    const link = {
      ...{ owner: ownerId, memberId: founderId, scenario: null, language: null, channels: null, reports: [] },
      origin: { kind: 'rest' as const },
    };
    const issue = (by: AccessProcess, validSeconds: number) =>
      new IssueUploadLinkHandler(by.actors, by.secrets).execute(
        new IssueUploadLink(link, validSeconds, request),
      );
    await world.dieIn((dying) => issue(dying, 60));
    const { linkId, token, expiresAt } = await issue(process, 600);
    const { secret } = parseUploadLink(token)!;
    const shown = { linkId, secretSha256: hashSecret(secret), now: new Date().toISOString(), right: ANY };
    expect(await links.open(shown)).toMatchObject({ linkId, expiresAt });
    expect(Date.parse(expiresAt)).toBeLessThan(Date.now() + 61_000);
    expect(await world.typesOf(`uploadlink-${linkId}`)).toEqual(['UploadLinkIssued']);
  });

  it('cannot be shown when it was made at random, by an earlier version', async () => {
    const request = systemRequest();
    const key = { keyId: randomBytes(9).toString('hex'), secretSha256: 'a'.repeat(64), ...WANTED };
    const command = { type: 'IssueApiKey' as const, by: OPERATOR, memberId: founderId, key };
    await process.workspaces.ask(ownerId, { ...command, now: new Date().toISOString() }, request);
    await expect(issueKey(process, request)).rejects.toMatchObject(refused('answer_lost'));
    expect(await events()).toEqual(['OwnerRegistered', 'ApiKeyIssued']);
  });
});
