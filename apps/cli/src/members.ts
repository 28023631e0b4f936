import { ownerIdOf, Role, ROLES, WorkspaceCommand } from '@voxpersona/domain';
import { InviteMember, InviteMemberHandler, Workspaces } from '@voxpersona/pipeline';
import { Command, Option } from 'commander';
import { operatorRequest, requestOption, withKnownOutcome } from './operator-request';
import { withFoundation } from './with-foundation';

const BY_OPERATOR = { kind: 'operator' as const };

interface InviteOptions {
  owner: string;
  role: Role;
  hours: string;
  request?: string;
}

/** `vox members …`: for when nobody is left who could do it by the API. */
export function membersCommands(): Command {
  const members = new Command('members').description('Members of a workspace');
  const ofWorkspace = (command: Command): Command =>
    command.requiredOption('--owner <name>', 'the workspace');
  ofWorkspace(members.command('list'))
    .description('Members with their roles.')
    .action(({ owner }: { owner: string }) => list(owner));
  ofWorkspace(members.command('invite'))
    .description('Make an invitation and print its token. Only the hash of the token is stored.')
    .addOption(new Option('--role <role>', 'role of the new member').choices(ROLES).default('analyst'))
    .option('--hours <number>', 'how long it can be used', '72')
    .addOption(requestOption())
    .action(({ owner, role, hours, request }: InviteOptions) => invite(owner, role, Number(hours), request));
  ofWorkspace(members.command('block <id>'))
    .description('Keep a member out, until restored.')
    .action((memberId: string, { owner }: { owner: string }) =>
      change(owner, { type: 'BlockMember', by: BY_OPERATOR, memberId }),
    );
  ofWorkspace(members.command('restore <id>'))
    .description('Let a blocked member in again.')
    .action((memberId: string, { owner }: { owner: string }) =>
      change(owner, { type: 'RestoreMember', by: BY_OPERATOR, memberId }),
    );
  return members;
}

async function list(name: string): Promise<void> {
  const state = await withFoundation(({ actors }) => new Workspaces(actors).read(ownerIdOf(name)));
  if (state.ownerId === null) throw new Error(`There is no workspace ${name}.`);
  for (const { memberId, role, status } of Object.values(state.members)) {
    console.log(`${memberId}  ${role}${status === 'active' ? '' : `, ${status}`}`);
  }
}

async function invite(
  name: string,
  role: Role,
  hours: number,
  requestName: string | undefined,
): Promise<void> {
  if (!(hours > 0 && hours <= 720)) throw new Error('--hours must be between 1 and 720');
  const request = operatorRequest(requestName);
  const { token, telegramPayload, expiresAt } = await withFoundation(({ actors, issuedSecrets }) =>
    withKnownOutcome(request, () =>
      new InviteMemberHandler(new Workspaces(actors), issuedSecrets).execute(
        new InviteMember(ownerIdOf(name), BY_OPERATOR, role, hours * 3_600, request),
      ),
    ),
  );
  console.log(`${token}\nGive it to one person, who opens /join#TOKEN on the server, until ${expiresAt}.`);
  if (telegramPayload !== null) console.log(`Or they open https://t.me/BOT?start=${telegramPayload}`);
}

async function change(name: string, command: WorkspaceCommand): Promise<void> {
  await withFoundation(({ actors }) =>
    new Workspaces(actors).ask(ownerIdOf(name), command, operatorRequest()),
  );
  console.log('Done.');
}
