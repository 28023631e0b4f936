import { CommandBus } from '@nestjs/cqrs';
import { Action, Command, Ctx, Next, Update } from 'nestjs-telegraf';
import { ROLES } from '@voxpersona/domain';
import { CommandRefused, InviteMember } from '@voxpersona/pipeline';
import { MembersOnly } from '../access/members-only';
import { BotContext } from '../talk/bot-context';
import { Pressed } from './pressed';

const VALID_HOURS = 72;

/** Invitations are made in the bot as by the API, under the same rules. */
@Update()
export class InviteUpdate {
  constructor(
    private readonly pressed: Pressed,
    private readonly members: MembersOnly,
    private readonly commands: CommandBus,
  ) {}

  @Command('invite')
  async ask(@Ctx() { talk }: BotContext): Promise<void> {
    const member = await this.members.admit(talk, 'invite');
    if (!member) return;
    if (talk.isGroup) {
      await talk.say(talk.texts.text('invite.private-only'));
      return;
    }
    const { texts } = talk;
    await talk.say(texts.text('invite.ask'), {
      // Only an owner makes owners.
      keyboard: ROLES.flatMap((role, index) =>
        role === 'owner' && member.role !== 'owner'
          ? []
          : [[{ text: texts.plain(`role.${role}`), action: { kind: 'invite' as const, role: index } }]],
      ),
    });
  }

  @Action(/.*/)
  async press(@Ctx() ctx: BotContext, @Next() next: () => Promise<void>): Promise<void> {
    const action = this.pressed.read(ctx, ['invite']);
    if (!action) return next();
    const { talk, me } = ctx;
    const { texts } = talk;
    const member = await this.members.admit(talk, 'invite');
    const role = ROLES[action.role];
    if (!member || !role || talk.isGroup) return;
    const { ownerId, memberId, accountId } = member;
    const by = { kind: 'member' as const, memberId, keyId: accountId };
    try {
      const made = await this.commands.execute(
        new InviteMember(ownerId, by, role, VALID_HOURS * 3_600, talk.requestOf(member)),
      );
      const link = `https://t.me/${me}?start=${made.telegramPayload ?? ''}`;
      await talk.say(
        texts.text('invite.made', { role: texts.plain(`role.${role}`), hours: VALID_HOURS, link }),
      );
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      // The member's rights have changed since the buttons were shown, or there are too many open invitations.
      await talk.say(texts.text('invite.refused'));
    }
  }
}
