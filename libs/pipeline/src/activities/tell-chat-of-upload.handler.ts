import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import {
  chatDecider,
  DomainEvent,
  isErased,
  questionsFor,
  recordingDecider,
  uploadLinkDecider,
} from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { TellChatOfUpload } from './job-command';
import { eventsOfType, RecordedEvents } from './recorded-events';
import { ResultReporter } from './result-reporter';

/** The chat in which a link was offered goes on as if the file had come there. */
@CommandHandler(TellChatOfUpload)
export class TellChatOfUploadHandler implements ICommandHandler<TellChatOfUpload> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly events: RecordedEvents,
    private readonly results: ResultReporter,
  ) {}

  async execute({ job, run }: TellChatOfUpload): Promise<void> {
    const { linkId, recordingId, duplicate } = job;
    const [issued] = eventsOfType(
      await this.events.read(uploadLinkDecider.category, linkId),
      'UploadLinkIssued',
    );
    if (issued?.data.origin.kind !== 'telegram') return;
    const { chatId, intakeId } = issued.data.origin;
    const { state } = await this.actors.read(recordingDecider, recordingId);
    if (state.phase !== 'present') return;
    const [uploaded] = eventsOfType(await this.events.read('recording', recordingId), 'AudioUploaded');
    const details = uploaded && !isErased(uploaded.data.details) ? uploaded.data.details : {};
    const questions = duplicate ? [] : questionsFor(issued.data.scenario, details);
    await this.results.send(
      chatDecider,
      chatId,
      { type: 'RecordStored', intakeId, recordingId, duplicate, questions, review: false },
      run.context,
    );
  }
}
