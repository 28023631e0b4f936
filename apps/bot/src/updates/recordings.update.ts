import { Inject } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Action, Command, Ctx, Next, Update } from 'nestjs-telegraf';
import {
  CancelRecording,
  CommandRefused,
  CommissionReport,
  EraseRecording,
  OriginalMissing,
  RetryRecording,
  TelegramMember,
} from '@voxpersona/pipeline';
import { ListRecordings, RecordingView, toSrt, toText, toVtt, statusOf } from '@voxpersona/projections';
import { MessageRows } from '@voxpersona/telegram';
import { MembersOnly } from '../access/members-only';
import { BotRight } from '../access/bot-rights';
import { CallbackAction } from '../callbacks';
import { Clips } from '../clips/clips';
import { BotReader } from '../faces/bot-reader';
import { detailLines } from '../faces/card-face';
import { buttonsOf, nameOf, progressOf } from '../faces/recording-words';
import { clock, joinPresent, splitText, TelegramHtml } from '../rendering';
import { BotContext } from '../talk/bot-context';
import { Keyboard, Talk } from '../talk/talk';
import { TIME_ZONE } from '../tokens';
import { Pressed } from './pressed';

const PAGE = 8;
/** Longer transcripts come as a file: nobody scrolls through more messages than these. */
const MAX_TRANSCRIPT_MESSAGES = 3;

const RIGHT_OF = {
  page: 'read',
  recording: 'read',
  transcript: 'read',
  file: 'read',
  clip: 'read',
  retry: 'change',
  stop: 'change',
  'request-report': 'change',
  'delete-ask': 'erase',
  delete: 'erase',
  keep: 'read',
} as const satisfies Partial<Record<CallbackAction['kind'], BotRight>>;
type Kind = keyof typeof RIGHT_OF;
type RecordingAction = Extract<CallbackAction, { kind: Kind }>;

/** Recordings that are there: lists, what is known of each, transcripts and files, and what can be done with them. */
@Update()
export class RecordingsUpdate {
  constructor(
    private readonly pressed: Pressed,
    private readonly members: MembersOnly,
    private readonly reader: BotReader,
    private readonly clips: Clips,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly rows: MessageRows,
    @Inject(TIME_ZONE) private readonly timeZone: string,
  ) {}

  @Command('recordings')
  async list(@Ctx() { talk }: BotContext): Promise<void> {
    const member = await this.members.admit(talk, 'read');
    if (!member) return;
    const { text, ...rest } = await this.page(talk, member, 0);
    await talk.say(text, rest);
  }

  @Action(/.*/)
  async press(@Ctx() ctx: BotContext, @Next() next: () => Promise<void>): Promise<void> {
    const action = this.pressed.read(ctx, Object.keys(RIGHT_OF) as Kind[]);
    if (!action) return next();
    const { talk } = ctx;
    const member = await this.members.admit(talk, RIGHT_OF[action.kind]);
    if (!member) return;
    const messageId = ctx.callbackQuery?.message?.message_id;
    if (action.kind === 'page') {
      const { text, ...rest } = await this.page(talk, member, action.page);
      if (messageId !== undefined) await talk.edit(messageId, text, rest);
      return;
    }
    const recording = await this.reader.recording(member.ownerId, action.recordingId);
    if (!recording) await talk.answer(talk.texts.plain('recording.gone'), { alert: true });
    else await this.act(talk, member, recording, action, messageId);
  }

  private async act(
    talk: Talk,
    member: TelegramMember,
    recording: RecordingView,
    action: Exclude<RecordingAction, { kind: 'page' }>,
    messageId: number | undefined,
  ): Promise<void> {
    const { texts } = talk;
    const { recordingId } = action;
    switch (action.kind) {
      case 'recording':
        await talk.say(this.card(recording, talk), {
          keyboard: this.cardButtons(recording, talk),
          about: [recordingId],
        });
        return;
      case 'transcript':
        return this.transcript(talk, recording);
      case 'file':
        return this.file(talk, recording, action.format);
      case 'clip':
        await talk.answer(texts.plain('clip.coming'));
        return this.clips.send(talk, recording, action.startMs / 1_000, action.endMs / 1_000);
      case 'retry':
        return this.attempt(talk, 'retry', new RetryRecording(recordingId, talk.requestOf(member)));
      case 'stop':
        return this.attempt(talk, 'stop', new CancelRecording(recordingId, talk.requestOf(member)));
      case 'request-report': {
        const type = this.reader.reportTypes[action.report];
        if (type === undefined) return talk.answer(texts.plain('button.stale'));
        await this.rows.noteWish(talk.chatId, recordingId);
        const command = new CommissionReport(recordingId, type, null, false, talk.requestOf(member));
        return this.attempt(talk, 'report', command);
      }
      case 'delete-ask':
        await talk.say(texts.text('delete.ask', { name: nameOf(recording, texts) }), {
          about: [recordingId],
          keyboard: [
            [
              { text: texts.plain('button.delete-yes'), action: { kind: 'delete', recordingId } },
              { text: texts.plain('button.keep'), action: { kind: 'keep', recordingId } },
            ],
          ],
        });
        return;
      case 'delete':
        // First, so that the question does not go with what it was about.
        if (messageId !== undefined) await talk.edit(messageId, texts.text('delete.done'));
        await this.commands.execute(new EraseRecording(recordingId, talk.requestOf(member)));
        return;
      case 'keep':
        if (messageId !== undefined) await talk.edit(messageId, texts.text('delete.kept'));
    }
  }

  /** What the domain refuses is said kindly; what is done shows in the messages that follow. */
  private async attempt(
    talk: Talk,
    what: 'retry' | 'stop' | 'report',
    command: RetryRecording | CancelRecording | CommissionReport,
  ): Promise<void> {
    const { texts } = talk;
    try {
      await this.commands.execute<RetryRecording | CancelRecording | CommissionReport, unknown>(command);
      await talk.answer(texts.plain(`${what}.begun`));
    } catch (error) {
      if (error instanceof OriginalMissing) {
        await talk.answer(texts.plain('reason.original_missing'), { alert: true });
        return;
      }
      if (!(error instanceof CommandRefused)) throw error;
      await talk.answer(texts.plain(`${what}.refused`), { alert: true });
    }
  }

  private async page(
    talk: Talk,
    { ownerId: owner }: TelegramMember,
    page: number,
  ): Promise<{ text: TelegramHtml; keyboard: Keyboard; about: string[] }> {
    const { texts } = talk;
    const sort = { by: 'uploadedAt' as const, descending: true };
    const { rows } = await this.queries.execute(
      new ListRecordings({ owner, limit: (page + 1) * PAGE + 1, after: null }, {}, sort),
    );
    const shown = rows.slice(page * PAGE, (page + 1) * PAGE);
    if (shown.length === 0) return { text: texts.text('recordings.empty'), keyboard: [], about: [] };
    const lines = shown.map((row, index) =>
      texts.text('recordings.row', {
        number: page * PAGE + index + 1,
        name: nameOf(row, texts),
        length: clock(row.audio.durationSeconds),
        day: texts.date(new Date(row.uploadedAt), this.timeZone),
        status: texts.plain(`recording-status.${statusOf(row)}`),
      }),
    );
    const open = shown.map(({ id: recordingId }, index) => ({
      text: String(page * PAGE + index + 1),
      action: { kind: 'recording' as const, recordingId },
    }));
    const turn = [
      ...(page > 0
        ? [{ text: texts.plain('button.newer'), action: { kind: 'page' as const, page: page - 1 } }]
        : []),
      ...(rows.length > (page + 1) * PAGE
        ? [{ text: texts.plain('button.older'), action: { kind: 'page' as const, page: page + 1 } }]
        : []),
    ];
    const keyboard = [open.slice(0, PAGE / 2), open.slice(PAGE / 2), turn].filter((row) => row.length > 0);
    return {
      text: joinPresent([texts.text('recordings.title', { page: page + 1 }), ...lines], '\n'),
      keyboard,
      about: shown.map(({ id }) => id),
    };
  }

  private card(recording: RecordingView, { texts }: Talk): TelegramHtml {
    return joinPresent([progressOf(recording, texts), detailLines(recording, texts)], '\n\n');
  }

  /** Every report type of the catalogue has its button: a new one appears by itself. */
  private cardButtons(recording: RecordingView, { texts }: Talk): Keyboard {
    const { id: recordingId } = recording;
    const own = buttonsOf(recording, texts).filter((row) => row[0]?.text !== texts.plain('button.open'));
    const status = statusOf(recording);
    const reports = this.reader.reportTypes.map((type, report) => {
      const title = this.reader.reportTitle({ type, language: texts.language });
      const isThere = recording.reports.find((one) => one.type === type && one.status === 'completed');
      return isThere
        ? { text: title, action: { kind: 'report' as const, reportId: isThere.id } }
        : {
            text: texts.plain('button.write-report', { title }),
            action: { kind: 'request-report' as const, recordingId, report },
          };
    });
    return [
      ...own,
      ...(status === 'ready' ? reports.map((button) => [button]) : []),
      [
        { text: texts.plain('button.details'), action: { kind: 'edit', recordingId } },
        { text: texts.plain('button.delete'), action: { kind: 'delete-ask', recordingId } },
      ],
    ];
  }

  private async transcript(talk: Talk, recording: RecordingView): Promise<void> {
    const { texts } = talk;
    const transcript = await this.reader.transcript(recording.owner, recording.id);
    if (!transcript) return talk.answer(texts.plain('transcript.not-ready'), { alert: true });
    const pieces = splitText(toText(transcript));
    if (pieces.length > MAX_TRANSCRIPT_MESSAGES) return this.file(talk, recording, 'txt');
    const about = [recording.id];
    await talk.say(texts.text('transcript.title', { name: nameOf(recording, texts) }), { about });
    for (const piece of pieces) await talk.say(piece, { about });
  }

  private async file(talk: Talk, recording: RecordingView, format: 'txt' | 'srt' | 'vtt'): Promise<void> {
    const { texts } = talk;
    const transcript = await this.reader.transcript(recording.owner, recording.id);
    if (!transcript) return talk.answer(texts.plain('transcript.not-ready'), { alert: true });
    const content = { txt: toText, srt: toSrt, vtt: toVtt }[format](transcript);
    const base = nameOf(recording, texts).replace(/\.(?=[a-z0-9]*[a-z])[a-z0-9]{2,5}$/i, '');
    await talk.sendDocument({
      name: `${base}.${format}`,
      content: Buffer.from(content, 'utf8'),
      recordingId: recording.id,
    });
  }
}
