import { AccessProcess, AccessWorld, createAccessWorld, systemRequest } from '@test/access/access-world';
import { telegramAccountIdOf } from '@voxpersona/domain';
import { InviteMember, InviteMemberHandler } from '../access/invite-member';
import { parseInvitation, parseTelegramCode, TelegramCodeParts } from '../access/secrets';
import { InvitationShown, TelegramAccounts } from './telegram-accounts';

const OPERATOR = { kind: 'operator' as const };
const ID_SECRET = 'of this installation';

/** A process dies between two appends, or between the last one and its answer; the person tries again. */
describe('A Telegram account', () => {
  let world: AccessWorld;
  let process: AccessProcess;
  let ownerId: string;
  let founderId: string;
  let user = 1_000;

  beforeAll(async () => {
    world = await createAccessWorld();
    process = world.process();
  });
  beforeEach(async () => {
    ({ ownerId, founderId } = await world.workspace());
    user += 1;
  });
  afterAll(() => world.close());

  const accounts = ({ actors, workspaces, secrets }: AccessProcess = process): TelegramAccounts =>
    new TelegramAccounts(actors, workspaces, secrets, ID_SECRET);
  const invitation = async (): Promise<InvitationShown> => {
    const { token } = await new InviteMemberHandler(process.workspaces, process.secrets).execute(
      new InviteMember(ownerId, OPERATOR, 'analyst', 60, systemRequest()),
    );
    return parseInvitation(token)!;
  };
  const code = async (): Promise<TelegramCodeParts> =>
    parseTelegramCode((await accounts().issueCode(ownerId, founderId, 60, systemRequest())).payload)!;
  const linkings = (): Promise<string[]> =>
    world.typesOf(`telegramaccount-${telegramAccountIdOf(ID_SECRET, user)}`);
  const refused = (code: string): object => ({ refusal: expect.objectContaining({ code }) });

  it('gets the same code again when its answer was lost, with the time that was recorded', async () => {
    const request = systemRequest();
    const issue = (by: AccessProcess, validSeconds: number) =>
      accounts(by).issueCode(ownerId, founderId, validSeconds, request);
    await world.dieIn((dying) => issue(dying, 60));
    const { payload, expiresAt } = await issue(process, 600);
    expect(Date.parse(expiresAt)).toBeLessThan(Date.now() + 61_000);
    const parts = parseTelegramCode(payload)!;
    expect(await world.typesOf(`telegramcode-${parts.codeId}`)).toEqual(['TelegramCodeIssued']);
    await accounts().useCode(user, parts);
    expect(await accounts().find(user)).toMatchObject({ kind: 'member', member: { memberId: founderId } });
  });

  it.each([
    ['before it is linked', 0],
    ['before the answer', 1],
  ])('is linked by an invitation although the process died %s', async (_, appends) => {
    const shown = await invitation();
    await world.dieIn((dying) => accounts(dying).acceptInvitation(user, 'Bea', shown), appends);
    await accounts().acceptInvitation(user, 'Bea', shown);
    expect(await accounts().find(user)).toMatchObject({
      kind: 'member',
      member: { ownerId, role: 'analyst' },
    });
    expect(await linkings()).toEqual(['TelegramAccountLinked']);
    const joined = (await world.typesOf(`owner-${ownerId}`)).filter((type) => type === 'MemberJoined');
    expect(joined).toHaveLength(1);
  });

  it.each([
    ['before it is linked', 0],
    ['before the answer', 1],
  ])('is linked by a code although the process died %s', async (_, appends) => {
    const shown = await code();
    await world.dieIn((dying) => accounts(dying).useCode(user, shown), appends);
    await accounts().useCode(user, shown);
    expect(await accounts().find(user)).toMatchObject({ kind: 'member', member: { memberId: founderId } });
    expect(await linkings()).toEqual(['TelegramAccountLinked']);
  });

  it('is not linked by what another account has used', async () => {
    const [shown, shownCode] = [await invitation(), await code()];
    await accounts().acceptInvitation(user, 'Bea', shown);
    await accounts().useCode(user + 100_000, shownCode);
    const [one, two] = [
      accounts().acceptInvitation(user + 200_000, 'Eve', shown),
      accounts().useCode(user + 200_000, shownCode),
    ];
    await expect(one).rejects.toMatchObject(refused('invitation_used'));
    await expect(two).rejects.toMatchObject(refused('code_used'));
    expect(await accounts().find(user + 200_000)).toEqual({ kind: 'unknown' });
  });

  it('stays unlinked after /leave, whatever is shown again', async () => {
    const [shown, shownCode] = [await invitation(), await code()];
    await accounts().acceptInvitation(user, 'Bea', shown);
    await accounts().letGo(user, systemRequest().requestId);
    await expect(accounts().acceptInvitation(user, 'Bea', shown)).rejects.toMatchObject(
      refused('invitation_used'),
    );
    await accounts().useCode(user, shownCode);
    await accounts().letGo(user, systemRequest().requestId);
    await expect(accounts().useCode(user, shownCode)).rejects.toMatchObject(refused('code_used'));
    expect(await accounts().find(user)).toEqual({ kind: 'unknown' });
  });

  it('does not come back by the invitation of a member who was removed', async () => {
    const shown = await invitation();
    await accounts().acceptInvitation(user, 'Bea', shown);
    const { members } = await process.workspaces.read(ownerId);
    const memberId = Object.keys(members).find((id) => id !== founderId)!;
    const command = { type: 'RemoveMember' as const, by: OPERATOR, memberId, eraseName: false };
    await process.workspaces.ask(ownerId, command, systemRequest());
    await expect(accounts().acceptInvitation(user, 'Bea', shown)).rejects.toMatchObject(
      refused('invitation_used'),
    );
  });
});
