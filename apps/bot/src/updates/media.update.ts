import { Inject } from '@nestjs/common';
import { Command, Ctx, Next, On, Update } from 'nestjs-telegraf';
import { DomainEvent, intakeIdOf, recordingDecider, recordingIdOfIntake } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { CHAT_FILES, ChatFiles, Originals, TelegramMember } from '@voxpersona/pipeline';
import { MembersOnly } from '../access/members-only';
import { BotReader } from '../faces/bot-reader';
import { UploadLinks } from '../links/upload-links';
import { BotContext } from '../talk/bot-context';
import { Talk } from '../talk/talk';
import { BOT_IDENTITY, BotIdentity, TIME_ZONE } from '../tokens';
import { isForBot, textOf, withoutName } from './addressed';
import { ensureGroup } from './ensure-group';
import { mediaOf, SentMedia } from './media-of';

/** Files of one member that may wait to be fetched. */
const MAX_WAITING = 20;

/** Takes what can be heard: voice messages, audio, video, and documents that are one of these. */
@Update()
export class MediaUpdate {
  constructor(
    private readonly members: MembersOnly,
    private readonly reader: BotReader,
    private readonly links: UploadLinks,
    private readonly actors: Actors<DomainEvent>,
    private readonly originals: Originals,
    @Inject(CHAT_FILES) private readonly files: ChatFiles,
    @Inject(BOT_IDENTITY) private readonly identity: BotIdentity,
    @Inject(TIME_ZONE) private readonly timeZone: string,
  ) {}

  @On(['voice', 'audio', 'video', 'video_note', 'document'])
  async media(@Ctx() ctx: BotContext, @Next() next: () => Promise<void>): Promise<void> {
    const { message, talk } = ctx;
    if (!message) return;
    if (talk.isGroup && talk.chat?.settings.groupMode !== 'all' && !isForBot(ctx)) return;
    const media = mediaOf(message, this.timeZone);
    if (!media) return next();
    await this.take(ctx, media);
  }

  /** In a group: takes the file of the message that is answered. */
  @Command('transcribe')
  async transcribe(@Ctx() ctx: BotContext): Promise<void> {
    const { message, talk } = ctx;
    const answered = message && 'reply_to_message' in message ? message.reply_to_message : undefined;
    const media = answered && mediaOf(answered, this.timeZone);
    if (media) await this.take(ctx, media);
    else if (await this.members.admit(talk, 'send')) await talk.say(talk.texts.text('transcribe.hint'));
  }

  /** In a group: nothing but the bot's name, which is the same as /transcribe. */
  @On('text')
  async named(@Ctx() ctx: BotContext, @Next() next: () => Promise<void>): Promise<void> {
    const isCalled = ctx.talk.isGroup && isForBot(ctx) && withoutName(textOf(ctx), ctx.me) === '';
    return isCalled ? this.transcribe(ctx) : next();
  }

  private async take({ talk, me }: BotContext, sent: SentMedia): Promise<void> {
    // By its name the bot was called; nothing of the recording.
    const media = talk.isGroup ? { ...sent, caption: withoutName(sent.caption, me) } : sent;
    const member = await this.members.admit(talk, 'send');
    if (!member) return;
    if (!(await ensureGroup(talk, member))) return;
    const { sizeBytes } = media.file;
    const fetch = sizeBytes === null || sizeBytes <= this.files.maxBytes;
    if (!fetch && !this.links.canBeOffered) {
      const megabytes = Math.floor(this.files.maxBytes / 1_000_000);
      const text = talk.texts.text('intake.too-large-here', { name: media.fileName, megabytes });
      await talk.say(text, { replyTo: media.messageId });
      return;
    }
    const intakeId = intakeIdOf(this.identity.botId, talk.updateId);
    const answer = await talk.tell(member, {
      type: 'ReceiveMedia',
      media: {
        ...{ intakeId, recordingId: recordingIdOfIntake(intakeId) },
        ...{ memberId: member.memberId, accountId: member.accountId },
        ...media,
        fetch,
      },
      maxWaiting: MAX_WAITING,
      again: await this.isGone(talk, member, media),
    });
    if (answer.kind === 'refused') {
      await this.refused(talk, member, media, answer.refusal.code);
      return;
    }
    if (!fetch) await this.offerLink(talk, member, intakeId, media);
  }

  /** Whether what came of the same file before is gone, or has lost its audio: then the file is taken again. */
  private async isGone(talk: Talk, { ownerId }: TelegramMember, { file }: SentMedia): Promise<boolean> {
    const before = earlier(talk, file.fileUniqueId);
    if (before?.status !== 'stored' && before?.status !== 'duplicate') return before?.status === 'too-large';
    const { state } = await this.actors.read(recordingDecider, before.recordingId);
    if (state.phase !== 'present' || state.owner !== ownerId) return true;
    return (await this.originals.inspect(state.original)) !== 'intact';
  }

  private async refused(
    talk: Talk,
    { ownerId }: TelegramMember,
    media: SentMedia,
    code: string,
  ): Promise<void> {
    const { texts } = talk;
    const replyTo = media.messageId;
    if (code === 'too_many_waiting') {
      await talk.say(texts.text('intake.too-many', { count: MAX_WAITING }), { replyTo });
      return;
    }
    const before = earlier(talk, media.file.fileUniqueId);
    const recording = before && (await this.reader.recording(ownerId, before.recordingId));
    await talk.say(texts.text('intake.sent-before', { name: media.fileName }), {
      replyTo,
      ...(recording && {
        about: [recording.id],
        keyboard: [
          [{ text: texts.plain('button.open'), action: { kind: 'recording', recordingId: recording.id } }],
        ],
      }),
    });
  }

  private async offerLink(
    talk: Talk,
    member: TelegramMember,
    intakeId: string,
    { fileName: name, messageId: replyTo }: SentMedia,
  ): Promise<void> {
    const { url, hours, linkId, expiresAt } = await this.links.issue(talk, member, intakeId);
    await talk.tell(member, { type: 'RecordTooLarge', intakeId, linkId, expiresAt });
    const megabytes = Math.floor(this.files.maxBytes / 1_000_000);
    await talk.say(talk.texts.text('intake.too-large', { name, megabytes, hours }), {
      replyTo,
      keyboard: [[{ text: talk.texts.plain('button.upload'), action: { url } }]],
    });
  }
}

function earlier(talk: Talk, fileUniqueId: string) {
  const intakes = Object.values(talk.chat?.intakes ?? {});
  return intakes.findLast(
    ({ ownerId, file, status }) =>
      ownerId === talk.chat?.ownerId && file?.fileUniqueId === fileUniqueId && status !== 'failed',
  );
}
