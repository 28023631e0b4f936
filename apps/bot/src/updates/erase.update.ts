import { CommandBus } from '@nestjs/cqrs';
import { Action, Command, Ctx, Next, Update } from 'nestjs-telegraf';
import { DomainEvent, OpenChat, recordingDecider, underWay } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { EraseRecording, TelegramMember } from '@voxpersona/pipeline';
import { MembersOnly } from '../access/members-only';
import { BotContext } from '../talk/bot-context';
import { Pressed } from './pressed';

/** /erase: everything that came by this chat goes, with what stands on it; also what is on its way. */
@Update()
export class EraseUpdate {
  constructor(
    private readonly pressed: Pressed,
    private readonly members: MembersOnly,
    private readonly actors: Actors<DomainEvent>,
    private readonly commands: CommandBus,
  ) {}

  @Command('erase')
  async ask(@Ctx() { talk }: BotContext): Promise<void> {
    const member = await this.members.admit(talk, 'erase');
    if (!member) return;
    const { chat } = talk;
    const count = chat ? underWay(chat, member).length + (await this.recordingsOf(chat, member)).length : 0;
    if (count === 0) {
      await talk.say(talk.texts.text('erase.nothing'));
      return;
    }
    await talk.say(talk.texts.text('erase.ask', { count }), {
      keyboard: [
        [
          { text: talk.texts.plain('button.erase-yes'), action: { kind: 'erase-all' } },
          { text: talk.texts.plain('button.keep'), action: { kind: 'erase-keep' } },
        ],
      ],
    });
  }

  @Action(/.*/)
  async press(@Ctx() ctx: BotContext, @Next() next: () => Promise<void>): Promise<void> {
    const action = this.pressed.read(ctx, ['erase-all', 'erase-keep']);
    if (!action) return next();
    const { talk } = ctx;
    const member = await this.members.admit(talk, 'erase');
    const messageId = ctx.callbackQuery?.message?.message_id;
    if (!member || messageId === undefined) return;
    if (action.kind === 'erase-keep') {
      await talk.edit(messageId, talk.texts.text('delete.kept'));
      return;
    }
    // First: what does not wait any more by then is a recording, and goes with the others.
    const { ownerId, memberId } = member;
    const answer = await talk.tell(member, { type: 'WithdrawMedia', ownerId, memberId });
    const withdrawn = answer.kind === 'accepted' ? answer.events.length : 0;
    const recordings = answer.state.phase === 'open' ? await this.recordingsOf(answer.state, member) : [];
    for (const id of recordings) await this.commands.execute(new EraseRecording(id, talk.requestOf(member)));
    await talk.edit(messageId, talk.texts.text('erase.done', { count: withdrawn + recordings.length }));
  }

  /** By the log: a read model may not know yet what has just come. */
  private async recordingsOf(
    { intakes }: OpenChat,
    { ownerId, memberId }: TelegramMember,
  ): Promise<string[]> {
    const present: string[] = [];
    for (const intake of Object.values(intakes)) {
      if (intake.ownerId !== ownerId || intake.memberId !== memberId || intake.status !== 'stored') continue;
      const { state } = await this.actors.read(recordingDecider, intake.recordingId);
      if (state.phase === 'present') present.push(intake.recordingId);
    }
    return present;
  }
}
