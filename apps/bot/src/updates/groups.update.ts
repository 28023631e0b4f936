import { Action, Command, Ctx, On, Next, Update } from 'nestjs-telegraf';
import { toSendFailure } from '@voxpersona/telegram';
import { MembersOnly } from '../access/members-only';
import { BotContext } from '../talk/bot-context';
import { Talk } from '../talk/talk';
import { ensureGroup } from './ensure-group';
import { Pressed } from './pressed';

/** The bot in groups: taking all that is sent there, or what it is asked to take; and being thrown out. */
@Update()
export class GroupsUpdate {
  constructor(
    private readonly pressed: Pressed,
    private readonly members: MembersOnly,
  ) {}

  /** In a group: whether everything is taken. An administrator of the workspace, or of the group, decides. */
  @Command('group')
  async group(@Ctx() ctx: BotContext): Promise<void> {
    const { talk } = ctx;
    const member = await this.members.admit(talk, 'read');
    if (!member) return;
    const { texts } = talk;
    if (!talk.isGroup) {
      await talk.say(texts.text('group.only-there'));
      return;
    }
    if (!(await ensureGroup(talk, member))) return;
    const mode = talk.chat?.settings.groupMode ?? 'asked';
    await talk.say(texts.text(`group.${mode}`), {
      keyboard: [
        [
          { text: texts.plain('button.group-all'), action: { kind: 'group', all: 1 } },
          { text: texts.plain('button.group-asked'), action: { kind: 'group', all: 0 } },
        ],
      ],
    });
  }

  @Action(/.*/)
  async press(@Ctx() ctx: BotContext, @Next() next: () => Promise<void>): Promise<void> {
    const action = this.pressed.read(ctx, ['group']);
    if (!action) return next();
    const { talk } = ctx;
    const { texts } = talk;
    const member = await this.members.admit(talk, 'read');
    const messageId = ctx.callbackQuery?.message?.message_id;
    // Of another workspace's group a member is nobody.
    if (!member || !talk.chat || messageId === undefined) return;
    const manages = member.role === 'owner' || member.role === 'admin';
    if (!manages && !(await isAdmin(ctx))) {
      await talk.answer(texts.plain('group.admins-only'), { alert: true });
      return;
    }
    const groupMode = action.all === 1 ? ('all' as const) : ('asked' as const);
    await talk.tell(member, { type: 'ChangeChatSettings', changes: { groupMode } });
    await talk.edit(messageId, texts.text(`group.${groupMode}`));
  }

  /** Telegram says that the bot was blocked or removed, or let in again. */
  @On('my_chat_member')
  async membership(@Ctx() ctx: BotContext): Promise<void> {
    const { talk, update } = ctx;
    if (!('my_chat_member' in update) || !talk.chat) return;
    const { status } = update.my_chat_member.new_chat_member;
    if (status === 'kicked' || status === 'left') await this.closed(talk);
  }

  private async closed(talk: Talk): Promise<void> {
    const actor = { kind: 'system' as const, id: 'telegram', owner: null };
    await talk.tellChat({ type: 'CloseChat' }, { requestId: talk.requestId, actor });
  }
}

async function isAdmin(ctx: BotContext): Promise<boolean> {
  const { from, chat } = ctx;
  if (!from || !chat) return false;
  const { status } = await ctx.telegram.getChatMember(chat.id, from.id).catch((error: unknown) => {
    throw toSendFailure(error);
  });
  return status === 'creator' || status === 'administrator';
}
