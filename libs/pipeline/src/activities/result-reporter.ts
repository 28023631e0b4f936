import { Injectable } from '@nestjs/common';
import {
  Decider,
  DomainEvent,
  RecordingCommand,
  recordingDecider,
  Refusal,
  ReportCommand,
  reportDecider,
} from '@voxpersona/domain';
import { Actors, CommandContext } from '@voxpersona/event-store';

/** A decider refused the result of a job: the saga and the decider do not agree, which is a mistake in the code. */
export class ResultRefused extends Error {
  constructor(refusal: Refusal) {
    super(`A job's result was refused: ${refusal.code}`);
    this.name = 'ResultRefused';
  }
}

/** Brings results of activities back as commands: the way in is the same for everybody. */
@Injectable()
export class ResultReporter {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  toRecording(recordingId: string, command: RecordingCommand, context: CommandContext): Promise<void> {
    return this.send(recordingDecider, recordingId, command, context);
  }

  toReport(reportId: string, command: ReportCommand, context: CommandContext): Promise<void> {
    return this.send(reportDecider, reportId, command, context);
  }

  async send<State, Command, Event extends DomainEvent, R extends Refusal>(
    decider: Decider<State, Command, Event, R>,
    id: string,
    command: Command,
    context: CommandContext,
  ): Promise<void> {
    const answer = await this.actors.ask(decider, id, command, context);
    if (answer.kind === 'refused') throw new ResultRefused(answer.refusal);
  }
}
