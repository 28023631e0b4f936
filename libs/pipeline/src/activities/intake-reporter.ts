import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { chatDecider, DomainEvent, IntakeState, Question, recordingDecider } from '@voxpersona/domain';
import { Actor, Actors, CommandContext } from '@voxpersona/event-store';
import { EraseRecording } from '../commands/erase-recording';
import { RequestContext } from '../commands/request-context';
import { ResultReporter } from './result-reporter';

/** What a file that was sent in a chat has become, and what is asked about it. */
export interface IntakeOutcome {
  recordingId: string;
  /** The audio was that of this recording already. */
  duplicate: boolean;
  questions: readonly Question[];
  review: boolean;
}

/** Tells chats what their files have become. */
@Injectable()
export class IntakeReporter {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly commands: CommandBus,
    private readonly results: ResultReporter,
  ) {}

  /** What was withdrawn while it was made a recording is erased again: here alone both are known. */
  async stored(
    chatId: string,
    intake: IntakeState,
    outcome: IntakeOutcome,
    context: CommandContext,
  ): Promise<void> {
    const { intakeId } = intake;
    await this.results.send(chatDecider, chatId, { type: 'RecordStored', intakeId, ...outcome }, context);
    const { state: chat } = await this.actors.read(chatDecider, chatId);
    const now = chat.phase === 'open' ? chat.intakes[intakeId] : undefined;
    if (now?.status === 'withdrawn' && !outcome.duplicate) {
      await this.erase(now, outcome.recordingId, context);
    }
  }

  /** Erases what came of a withdrawn file, if anything did; a duplicate was there before, and stays. */
  async erase(intake: IntakeState, recordingId: string, context: CommandContext): Promise<void> {
    const { state } = await this.actors.read(recordingDecider, recordingId);
    if (state.phase !== 'present') return;
    await this.commands.execute(new EraseRecording(recordingId, requestOf(intake, context)));
  }
}

/** In whose name is done what follows from a file: of whoever sent it. */
export function requestOf(
  { accountId, ownerId, memberId }: IntakeState,
  { correlationId }: CommandContext,
): RequestContext {
  const actor: Actor = { kind: 'telegram', id: accountId, owner: ownerId, member: memberId };
  return { requestId: correlationId, actor };
}
