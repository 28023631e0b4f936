import { CommandBus } from '@nestjs/cqrs';
import { Action, Command, Ctx, Next, Update } from 'nestjs-telegraf';
import { EraseRecording, TelegramMember } from '@voxpersona/pipeline';
import { MembersOnly } from '../access/members-only';
import { BotReader } from '../faces/bot-reader';
import { BotContext } from '../talk/bot-context';
import { Talk } from '../talk/talk';
import { Pressed } from './pressed';

/** /erase: everything that came by this chat goes, with what stands on it. */
@Update()
export class EraseUpdate {
  constructor(
    private readonly pressed: Pressed,
    private readonly members: MembersOnly,
    private readonly reader: BotReader,
    private readonly commands: CommandBus,
  ) {}

  @Command('erase')
  async ask(@Ctx() { talk }: BotContext): Promise<void> {
    const member = await this.members.admit(talk, 'erase');
    if (!member) return;
    const count = (await this.recordingsOf(talk, member)).length;
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
    const recordings = await this.recordingsOf(talk, member);
    for (const id of recordings) await this.commands.execute(new EraseRecording(id, talk.requestOf(member)));
    await talk.edit(messageId, talk.texts.text('erase.done', { count: recordings.length }));
  }

  private async recordingsOf({ chat }: Talk, { ownerId, memberId }: TelegramMember): Promise<string[]> {
    const sent = Object.values(chat?.intakes ?? {}).filter(
      (intake) => intake.ownerId === ownerId && intake.memberId === memberId && intake.status === 'stored',
    );
    const present: string[] = [];
    for (const { recordingId } of sent) {
      if (await this.reader.recording(ownerId, recordingId)) present.push(recordingId);
    }
    return present;
  }
}
