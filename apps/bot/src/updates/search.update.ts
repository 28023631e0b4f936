import { QueryBus } from '@nestjs/cqrs';
import { Command, Ctx, Next, On, Update } from 'nestjs-telegraf';
import { TelegramMember } from '@voxpersona/pipeline';
import { PassageHit, SearchPassages } from '@voxpersona/projections';
import { MessageRows } from '@voxpersona/telegram';
import { MembersOnly } from '../access/members-only';
import { AnswerDetails } from '../details/answer-details';
import { nameOf } from '../faces/recording-words';
import { clock, joinPresent, shortened } from '../rendering';
import { BotContext } from '../talk/bot-context';
import { Keyboard, Talk } from '../talk/talk';
import { isForBot, withoutName } from './addressed';
import { payloadOf } from './payload';

const HITS = 5;
const MAX_QUESTION = 2_000;
/** Of a passage; the rest is in the clip. */
const MAX_QUOTE = 350;

/** Text: an answer to what is asked, or else a question to all recordings. */
@Update()
export class SearchUpdate {
  constructor(
    private readonly members: MembersOnly,
    private readonly answers: AnswerDetails,
    private readonly rows: MessageRows,
    private readonly queries: QueryBus,
  ) {}

  @Command('search')
  async command(@Ctx() ctx: BotContext): Promise<void> {
    const { talk } = ctx;
    const member = await this.members.admit(talk, 'read');
    if (!member) return;
    const question = payloadOf(ctx);
    if (question === '') await talk.say(talk.texts.text('search.prompt'));
    else await this.search(talk, member, question);
  }

  @On('text')
  async text(@Ctx() ctx: BotContext, @Next() next: () => Promise<void>): Promise<void> {
    const { talk, message } = ctx;
    if (!message || !('text' in message)) return next();
    if (talk.isGroup && !isForBot(ctx)) return;
    const said = withoutName(message.text, ctx.me);
    if (said.startsWith('/')) {
      if (await this.members.admit(talk, 'read')) await talk.say(talk.texts.text('command.unknown'));
      return;
    }
    const member = await this.members.admit(talk, 'read');
    if (!member) return;
    if (await this.answered(ctx, member, said)) return;
    await this.search(talk, member, said);
  }

  /** Whether the text answered a question about a recording: of the card that it replies to, or the one being asked about. */
  private async answered(
    { talk, message }: BotContext,
    member: TelegramMember,
    said: string,
  ): Promise<boolean> {
    if (this.answers.hasAnswered(talk)) return true;
    const replied = message && 'reply_to_message' in message ? message.reply_to_message : undefined;
    const card = replied && (await this.rows.find(talk.chatId, replied.message_id));
    const byReply = card?.kind === 'card' ? card.subjectId : undefined;
    // In a group a question is answered by a reply, or it would take what others say to the bot.
    const asked = talk.isGroup ? undefined : this.answers.askedAbout(talk)?.recordingId;
    const recordingId = byReply ?? asked;
    if (recordingId === undefined || !(await this.members.admit(talk, 'change')))
      return recordingId !== undefined;
    const outcome = await this.answers.byText(talk, member, recordingId, said);
    if (outcome.kind === 'invalid') {
      const question = talk.texts.plain(`question.${outcome.question}`);
      await talk.say(talk.texts.text(`detail.invalid.${outcome.reason}`, { question }));
    }
    if (outcome.kind !== 'stale') return true;
    if (byReply === undefined) return false;
    await talk.say(talk.texts.text('card.asks-nothing'));
    return true;
  }

  private async search(talk: Talk, { ownerId }: TelegramMember, question: string): Promise<void> {
    const { texts } = talk;
    if (question.length > MAX_QUESTION) {
      await talk.say(texts.text('search.too-long', { count: MAX_QUESTION }));
      return;
    }
    const hits = await this.queries.execute(new SearchPassages(ownerId, question, HITS));
    if (hits.length === 0) {
      await talk.say(texts.text('search.nothing'));
      return;
    }
    const lines = hits.map((hit, index) => this.line(hit, index + 1, talk));
    await talk.say(joinPresent([texts.text('search.title', { count: hits.length }), ...lines], '\n\n'), {
      keyboard: hits.flatMap((hit, index) => buttonsOf(hit, index + 1, talk)),
      about: hits.map(({ recordingId }) => recordingId),
    });
  }

  private line(hit: PassageHit, number: number, { texts }: Talk) {
    const name = nameOf(hit, texts);
    const text = hit.moment?.text ?? hit.text;
    const quote = shortened(text, MAX_QUOTE);
    const from = hit.moment?.start ?? hit.start;
    return from === null
      ? texts.text('search.line-report', { number, name, quote })
      : texts.text('search.line', { number, name, from: clock(from), quote });
  }
}

function buttonsOf(hit: PassageHit, number: number, { texts }: Talk): Keyboard {
  const { recordingId } = hit;
  const open = {
    text: texts.plain('button.open-number', { number }),
    action: { kind: 'recording' as const, recordingId },
  };
  if (hit.start === null || hit.end === null) return [[open]];
  const [startMs, endMs] = [Math.floor(hit.start * 1_000), Math.ceil(hit.end * 1_000)];
  const clip = { kind: 'clip' as const, recordingId, startMs, endMs };
  return [[{ text: texts.plain('button.clip', { number, from: clock(hit.start) }), action: clip }, open]];
}
