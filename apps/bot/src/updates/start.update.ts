import { Command, Ctx, Help, Start, Update } from 'nestjs-telegraf';
import { TelegramAccounts } from '@voxpersona/pipeline';
import { MembersOnly } from '../access/members-only';
import { SignOn } from '../access/sign-on';
import { BotContext } from '../talk/bot-context';
import { Talks } from '../talk/talks';
import { payloadOf } from './payload';

/** The door: who comes by a link, who is a member already, who is told how to ask. */
@Update()
export class StartUpdate {
  constructor(
    private readonly signOn: SignOn,
    private readonly members: MembersOnly,
    private readonly accounts: TelegramAccounts,
    private readonly talks: Talks,
  ) {}

  @Start()
  async start(@Ctx() ctx: BotContext): Promise<void> {
    const { talk } = ctx;
    const userId = talk.telegramUserId;
    if (talk.isGroup || userId === null) return;
    const payload = payloadOf(ctx);
    if (payload !== '') {
      const who = { telegramUserId: userId, name: nameOf(ctx) };
      const outcome = (await this.signOn.by(payload, who)) ?? 'link-unknown';
      await talk.say(talk.texts.text(`start.${outcome}`));
      if (outcome !== 'invitation-accepted' && outcome !== 'code-linked' && outcome !== 'already-member')
        return;
      // The chat of a member opens now, not only with their next message.
      const welcomed = await this.talks.again(ctx);
      if (welcomed.caller.kind === 'member') await welcomed.say(welcomed.texts.text('help'));
      return;
    }
    const member = await this.members.admit(talk, 'read');
    if (!member) return;
    await talk.say(talk.texts.text('start.welcome', { workspace: member.workspaceName }));
    await talk.say(talk.texts.text('help'));
  }

  @Help()
  async help(@Ctx() { talk }: BotContext): Promise<void> {
    if (await this.members.admit(talk, 'read')) await talk.say(talk.texts.text('help'));
  }

  /** Answered to everybody: it is what somebody needs who asks for access. */
  @Command('id')
  async id(@Ctx() { talk }: BotContext): Promise<void> {
    const { caller, texts } = talk;
    const id = String(talk.telegramUserId);
    if (caller.kind !== 'member') {
      if (!talk.isGroup) await talk.say(texts.text('id.stranger', { id }));
      return;
    }
    const { workspaceName: workspace, role } = caller.member;
    await talk.say(texts.text('id.member', { id, workspace, role: texts.plain(`role.${role}`) }));
  }

  @Command('privacy')
  async privacy(@Ctx() { talk }: BotContext): Promise<void> {
    if (talk.isGroup && talk.caller.kind !== 'member') return;
    await talk.say(talk.texts.text('privacy'));
  }

  /** Lets the account go: it acts for nobody from then on. */
  @Command('leave')
  async leave(@Ctx() { talk }: BotContext): Promise<void> {
    if (talk.isGroup || talk.telegramUserId === null) return;
    if (talk.caller.kind === 'blocked') {
      // Blocked in one workspace is not blocked in all.
      await this.accounts.letGo(talk.telegramUserId, talk.requestId);
      await talk.say(talk.texts.text('leave.done-blocked'));
      return;
    }
    const member = await this.members.admit(talk, 'read');
    if (!member) return;
    await this.accounts.unlink(talk.telegramUserId, talk.requestOf(member));
    await talk.say(talk.texts.text('leave.done', { workspace: member.workspaceName }));
  }
}

/** As Telegram shows the person. */
function nameOf({ from }: BotContext): string {
  const name = [from?.first_name, from?.last_name]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
  return (name || from?.username || 'Telegram').slice(0, 100);
}
