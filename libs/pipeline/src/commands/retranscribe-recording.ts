import { Command, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, recordingDecider } from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
import { CommandRefused } from './command-refused';
import { commandContext, RequestContext } from './request-context';

/**
 * Has a recording transcribed once more, beside the transcript that is there: in another language, or by the recogniser that
 * is configured by now. What the same recogniser was asked already is not asked again. Rejects with `CommandRefused`.
 */
export class RetranscribeRecording extends Command<{ position: Position }> {
  constructor(
    readonly recordingId: string,
    /** ISO 639-1, of the speech; null: as it is known already. */
    readonly language: string | null,
    readonly request: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(RetranscribeRecording)
export class RetranscribeRecordingHandler implements ICommandHandler<RetranscribeRecording> {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  async execute({ recordingId, language, request }: RetranscribeRecording): Promise<{ position: Position }> {
    const answer = await this.actors.ask(
      recordingDecider,
      recordingId,
      { type: 'RequestRetranscription', language },
      commandContext(request, 'retranscribe', recordingId),
    );
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    return { position: answer.position };
  }
}
