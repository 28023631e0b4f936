import { CommandBus, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { chatDecider, DomainEvent, recordingDecider, uploadLinkDecider } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { ProvideDetails } from '../commands/provide-details';
import { askedAfter, captionOf } from './chat-caption';
import { IntakeReporter, requestOf } from './intake-reporter';
import { TellChatOfUpload } from './job-command';
import { eventsOfType, RecordedEvents } from './recorded-events';

/** The chat in which a link was offered goes on as if the file had come there, with what was written under it. */
@CommandHandler(TellChatOfUpload)
export class TellChatOfUploadHandler implements ICommandHandler<TellChatOfUpload> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly commands: CommandBus,
    private readonly events: RecordedEvents,
    private readonly intakes: IntakeReporter,
  ) {}

  async execute({ job, run }: TellChatOfUpload): Promise<void> {
    const { linkId, recordingId, duplicate } = job;
    const link = await this.events.read(uploadLinkDecider.category, linkId);
    const [issued] = eventsOfType(link, 'UploadLinkIssued');
    if (issued?.data.origin.kind !== 'telegram') return;
    const { chatId, intakeId } = issued.data.origin;
    const { state: chat } = await this.actors.read(chatDecider, chatId);
    const intake = chat.phase === 'open' ? chat.intakes[intakeId] : undefined;
    const { state: recording } = await this.actors.read(recordingDecider, recordingId);
    if (chat.phase !== 'open' || !intake || recording.phase !== 'present') return;
    if (intake.status === 'withdrawn') {
      if (!duplicate) await this.intakes.erase(intake, recordingId, run.context);
      return;
    }
    const caption = captionOf(chat, intake);
    const hasDetails = Object.keys(caption.details).length > 0 || caption.scenario !== null;
    if (!duplicate && hasDetails) {
      const request = requestOf(intake, run.context);
      const scenario = caption.scenario ?? undefined;
      await this.commands.execute(new ProvideDetails(recordingId, caption.details, null, request, scenario));
    }
    const asked = askedAfter(chat, caption, duplicate);
    await this.intakes.stored(chatId, intake, { recordingId, duplicate, ...asked }, run.context);
  }
}
