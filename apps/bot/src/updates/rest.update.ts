import { Action, Ctx, On, Update } from 'nestjs-telegraf';
import { MembersOnly } from '../access/members-only';
import { BotReader } from '../faces/bot-reader';
import { isReachable } from '../faces/rendered';
import { ReportFace } from '../faces/report-face';
import { BotContext } from '../talk/bot-context';
import { Pressed } from './pressed';

/** What nothing before it took. Stands last. */
@Update()
export class RestUpdate {
  constructor(
    private readonly pressed: Pressed,
    private readonly members: MembersOnly,
    private readonly reports: ReportFace,
    private readonly reader: BotReader,
  ) {}

  /** A report once more; and buttons that are forged, of another chat, or from a time before this build. */
  @Action(/.*/)
  async press(@Ctx() ctx: BotContext): Promise<void> {
    const { talk } = ctx;
    const { texts } = talk;
    const action = this.pressed.read(ctx, ['report']);
    if (!action) {
      await talk.answer(texts.plain('button.stale'));
      return;
    }
    const member = await this.members.admit(talk, 'read');
    const chat = await this.reader.chat(talk.chatId);
    if (!member || !isReachable(chat) || chat.ownerId !== member.ownerId) return;
    const rendered = await this.reports.render(chat, action.reportId, texts);
    const file = await this.reports.file(chat, action.reportId);
    if (!rendered || !file) {
      await talk.answer(texts.plain('recording.gone'), { alert: true });
      return;
    }
    await talk.say(rendered.text, { keyboard: rendered.keyboard, about: [file.recordingId] });
    await talk.sendDocument(file);
  }

  /** Stickers, pictures, contacts, documents that cannot be heard: said kindly, in a chat of one's own. */
  @On('message')
  async other(@Ctx() { talk, message }: BotContext): Promise<void> {
    if (talk.isGroup || !message) return;
    const isService = ['new_chat_members', 'left_chat_member', 'pinned_message'].some(
      (key) => key in message,
    );
    if (isService || !(await this.members.admit(talk, 'read'))) return;
    await talk.say(talk.texts.text('intake.not-media'), { replyTo: message.message_id });
  }
}
