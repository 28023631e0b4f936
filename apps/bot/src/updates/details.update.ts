import { Action, Ctx, Next, Update } from 'nestjs-telegraf';
import { QUESTIONS } from '@voxpersona/domain';
import { MembersOnly } from '../access/members-only';
import { CallbackAction } from '../callbacks';
import { AnswerDetails, AnswerOutcome } from '../details/answer-details';
import { BotReader } from '../faces/bot-reader';
import { CardFace, editButtons } from '../faces/card-face';
import { isReachable } from '../faces/rendered';
import { BotContext } from '../talk/bot-context';
import { Talk } from '../talk/talk';
import { Pressed } from './pressed';

const KINDS = ['choose', 'day', 'suggest', 'skip', 'back', 'confirm', 'edit', 'ask', 'card'] as const;
type DetailAction = Extract<CallbackAction, { kind: (typeof KINDS)[number] }>;

/** Buttons by which details of a recording are given, changed and confirmed. The card itself follows from the log. */
@Update()
export class DetailsUpdate {
  constructor(
    private readonly pressed: Pressed,
    private readonly members: MembersOnly,
    private readonly answers: AnswerDetails,
    private readonly cards: CardFace,
    private readonly reader: BotReader,
  ) {}

  @Action(/.*/)
  async press(@Ctx() ctx: BotContext, @Next() next: () => Promise<void>): Promise<void> {
    const action = this.pressed.read(ctx, KINDS);
    if (!action) return next();
    const { talk } = ctx;
    const member = await this.members.admit(talk, 'change');
    if (!member) return;
    if (!talk.chat?.interviews[action.recordingId] && action.kind !== 'edit' && action.kind !== 'ask') {
      await talk.answer(talk.texts.plain('button.stale'));
      return;
    }
    if (this.answers.hasAnswered(talk)) return;
    if (!(await this.reader.recording(member.ownerId, action.recordingId))) {
      await talk.answer(talk.texts.plain('recording.gone'), { alert: true });
      return;
    }
    switch (action.kind) {
      case 'choose':
        await answerPress(talk, await this.answers.byChoice(talk, member, action.recordingId, action));
        return;
      case 'day':
        await answerPress(talk, await this.answers.byDay(talk, member, action.recordingId, action.day));
        return;
      case 'suggest':
        await answerPress(talk, await this.answers.bySuggestion(talk, member, action.recordingId, action));
        return;
      case 'edit':
      case 'card':
        await this.showCard(ctx, action);
        return;
      case 'skip':
      case 'ask': {
        const { recordingId } = action;
        const question = QUESTIONS[action.question];
        const type = action.kind === 'skip' ? ('SkipDetail' as const) : ('AskDetail' as const);
        const answer = question && (await talk.tell(member, { type, recordingId, question }));
        if (answer?.kind === 'accepted') return;
        // Any field may be changed at any time, but of one recording after another.
        const key = action.kind === 'ask' ? 'card.one-at-a-time' : 'button.stale';
        await talk.answer(talk.texts.plain(key), { alert: action.kind === 'ask' });
        return;
      }
      case 'back':
      case 'confirm': {
        const { recordingId } = action;
        const type = action.kind === 'back' ? ('GoBack' as const) : ('ConfirmDetails' as const);
        const answer = await talk.tell(member, { type, recordingId });
        if (answer.kind === 'refused') await talk.answer(talk.texts.plain('button.stale'));
        else if (action.kind === 'confirm') await talk.answer(talk.texts.plain('card.saved'));
        return;
      }
    }
  }

  /** The same card with other buttons: what to change; and back. The next event shows it as it is again. */
  private async showCard(ctx: BotContext, { kind, recordingId }: DetailAction): Promise<void> {
    const { talk } = ctx;
    const messageId = ctx.callbackQuery?.message?.message_id;
    const { chat, texts } = talk;
    if (messageId === undefined || !chat || !isReachable(chat)) return;
    const rendered = await this.cards.render(chat, recordingId, texts);
    if (rendered === 'erased' || (!rendered && kind === 'card')) {
      await talk.answer(texts.plain('button.stale'));
      return;
    }
    const text = rendered?.text ?? texts.text('card.choose-field');
    const keyboard =
      kind === 'edit'
        ? editButtons(recordingId, texts, rendered ? 'card' : 'recording')
        : (rendered?.keyboard ?? []);
    await talk.edit(messageId, text, { keyboard, about: [recordingId] });
  }
}

async function answerPress(talk: Talk, outcome: AnswerOutcome): Promise<void> {
  if (outcome.kind === 'stale') await talk.answer(talk.texts.plain('button.stale'));
  if (outcome.kind === 'invalid') await talk.answer(talk.texts.plain('detail.invalid'), { alert: true });
}
