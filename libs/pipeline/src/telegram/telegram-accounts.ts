import { Inject, Injectable } from '@nestjs/common';
import {
  deriveId,
  DomainEvent,
  Refusal,
  Role,
  TelegramAccountCommand,
  telegramAccountDecider,
  telegramAccountIdOf,
  TelegramAccountState,
  telegramCodeDecider,
} from '@voxpersona/domain';
import { Actor, Actors } from '@voxpersona/event-store';
import { IssuedSecrets } from '../access/issued-secrets';
import { formatTelegramCode, hashSecret, TelegramCodeParts } from '../access/secrets';
import { Workspaces } from '../access/workspaces';
import { CommandRefused } from '../commands/command-refused';
import { commandContext, RequestContext } from '../commands/request-context';
import { TELEGRAM_ID_SECRET } from '../tokens';

/** A Telegram account and whom it acts for. */
export interface TelegramMember {
  accountId: string;
  ownerId: string;
  memberId: string;
  role: Role;
  workspaceName: string;
}

/**
 * - `unknown` the account acts for nobody, or for somebody who has left
 * - `blocked` its member is blocked
 */
export type TelegramCaller =
  { kind: 'unknown' } | { kind: 'blocked' } | { kind: 'member'; member: TelegramMember };

/** An invitation as the bot is started with it, and the workspace that it is into. */
export interface InvitationShown {
  ownerId: string;
  invitationId: string;
  secret: string;
}

export interface IssuedTelegramCode {
  /** What starts the bot so that the account becomes the member's. Only the hash of its secret is stored. */
  payload: string;
  expiresAt: string;
}

/** Which Telegram account acts for which member. Asked of the log: who was blocked a moment ago is outside. */
@Injectable()
export class TelegramAccounts {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly workspaces: Workspaces,
    private readonly secrets: IssuedSecrets,
    @Inject(TELEGRAM_ID_SECRET) private readonly idSecret: string,
  ) {}

  async find(telegramUserId: number): Promise<TelegramCaller> {
    const accountId = telegramAccountIdOf(this.idSecret, telegramUserId);
    const { state } = await this.actors.read(telegramAccountDecider, accountId);
    if (!state.linked) return { kind: 'unknown' };
    const { ownerId, memberId } = state.linked;
    const workspace = await this.workspaces.read(ownerId);
    const member = workspace.members[memberId];
    if (!member || member.status === 'removed') return { kind: 'unknown' };
    if (member.status === 'blocked') return { kind: 'blocked' };
    return {
      kind: 'member',
      member: { accountId, ownerId, memberId, role: member.role, workspaceName: workspace.name },
    };
  }

  /**
   * Makes the person who shows an invitation a member, who acts by this account. Repeated for the same account, it
   * completes what an earlier attempt may have left half done, whichever update it comes from.
   *
   * @param name how the others will know the new member; personal, and encrypted
   * @throws CommandRefused
   */
  async acceptInvitation(
    telegramUserId: number,
    name: string,
    { ownerId, invitationId, secret }: InvitationShown,
  ): Promise<void> {
    const accountId = telegramAccountIdOf(this.idSecret, telegramUserId);
    const memberId = memberIdOf(accountId, invitationId);
    const requestId = deriveId('telegram-acceptance', accountId, invitationId);
    const actor: Actor = { kind: 'invitation', id: invitationId, owner: ownerId };
    const secretSha256 = hashSecret(secret);
    const now = new Date().toISOString();
    await this.workspaces.ask(
      ownerId,
      { type: 'AcceptInvitation', invitationId, secretSha256, now, memberId, name, key: null },
      { requestId, actor },
    );
    await this.link({ accountId, ownerId, memberId, by: 'invitation', telegramUserId }, requestId, {
      code: 'invitation_used',
      message: 'This invitation has been used; each lets in one person.',
    });
  }

  /** Whether this account acts for its member by this very invitation or code: who shows it again has been let in. */
  async cameBy(
    { accountId, memberId }: TelegramMember,
    shown: { invitationId: string } | { codeId: string },
  ): Promise<boolean> {
    if ('invitationId' in shown) return memberId === memberIdOf(accountId, shown.invitationId);
    const { state } = await this.actors.read(telegramCodeDecider, shown.codeId);
    return state.phase === 'issued' && state.usedBy === accountId && state.memberId === memberId;
  }

  /** Makes a code for one of a member's own accounts. Repeated, it gives the same code again. */
  async issueCode(
    ownerId: string,
    memberId: string,
    validSeconds: number,
    request: RequestContext,
  ): Promise<IssuedTelegramCode> {
    const context = commandContext(request, 'telegram-code', ownerId, memberId);
    const { codeId, secret, secretSha256 } = this.secrets.telegramCode(context.commandId);
    const expiresAt = new Date(Date.now() + validSeconds * 1_000).toISOString();
    const answer = await this.actors.ask(
      telegramCodeDecider,
      codeId,
      { type: 'IssueTelegramCode', codeId, ownerId, memberId, secretSha256, expiresAt },
      context,
    );
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    const { state } = answer;
    if (state.phase !== 'issued' || state.secretSha256 !== secretSha256)
      throw new Error(`Telegram code ${codeId} has another secret`);
    // Of the first time, when this is a repetition.
    return { payload: formatTelegramCode({ codeId, secret }), expiresAt: state.expiresAt };
  }

  /**
   * Links the account to the member who asked for the code. Repeated for the same account, it completes what an earlier
   * attempt may have left half done, whichever update it comes from.
   *
   * @throws CommandRefused
   */
  async useCode(telegramUserId: number, { codeId, secret }: TelegramCodeParts): Promise<void> {
    const accountId = telegramAccountIdOf(this.idSecret, telegramUserId);
    const requestId = deriveId('telegram-code-use', accountId, codeId);
    const actor: Actor = { kind: 'telegram', id: accountId, owner: null };
    const answer = await this.actors.ask(
      telegramCodeDecider,
      codeId,
      { type: 'UseTelegramCode', secretSha256: hashSecret(secret), accountId, now: new Date().toISOString() },
      commandContext({ requestId, actor }, 'use-telegram-code', codeId),
    );
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    const { state } = answer;
    if (state.phase !== 'issued') throw new Error('A code was used that is not there');
    const { ownerId, memberId } = state;
    await this.link({ accountId, ownerId, memberId, by: 'code', telegramUserId }, requestId, {
      code: 'code_used',
      message: 'This code has been used. Ask for a new one.',
    });
  }

  /** From now on the account acts for nobody. */
  async unlink(telegramUserId: number, request: RequestContext): Promise<void> {
    await this.ask(
      telegramAccountIdOf(this.idSecret, telegramUserId),
      { type: 'UnlinkTelegramAccount' },
      request,
    );
  }

  /** Somebody lets their own account go, who may be blocked: it acts for nobody from then on. */
  async letGo(telegramUserId: number, requestId: string): Promise<void> {
    const id = telegramAccountIdOf(this.idSecret, telegramUserId);
    await this.unlink(telegramUserId, { requestId, actor: { kind: 'telegram', id, owner: null } });
  }

  /**
   * Links an account once. An invitation or code that is shown again undoes neither /leave nor the removal of the member.
   *
   * @throws CommandRefused with `refusal` when the account does not act for the member afterwards
   */
  private async link(
    link: Omit<Extract<TelegramAccountCommand, { type: 'LinkTelegramAccount' }>, 'type'>,
    requestId: string,
    refusal: Refusal,
  ): Promise<void> {
    const { accountId, ownerId, memberId } = link;
    const member = (await this.workspaces.read(ownerId)).members[memberId];
    if (!member || member.status === 'removed') throw new CommandRefused(refusal);
    const actor: Actor = { kind: 'telegram', id: accountId, owner: ownerId, member: memberId };
    const command = { type: 'LinkTelegramAccount' as const, ...link };
    const { linked } = await this.ask(accountId, command, { requestId, actor });
    if (linked?.ownerId !== ownerId || linked.memberId !== memberId) throw new CommandRefused(refusal);
  }

  private async ask(
    accountId: string,
    command: TelegramAccountCommand,
    request: RequestContext,
  ): Promise<TelegramAccountState> {
    const context = commandContext(request, command.type, accountId);
    return (await this.actors.ask(telegramAccountDecider, accountId, command, context)).state;
  }
}

/** A member who came by Telegram: the same account and invitation make the same member. */
function memberIdOf(accountId: string, invitationId: string): string {
  return deriveId('telegram-member', accountId, invitationId);
}
