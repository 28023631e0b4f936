import { Injectable } from '@nestjs/common';
import { IntakeState } from '@voxpersona/domain';
import { joinPresent } from '../rendering';
import { Translator } from '../texts';
import { BotReader } from './bot-reader';
import { buttonsOf, nameOf, progressOf, reasonOf } from './recording-words';
import { ReachableChat, Rendered } from './rendered';

/** How far a file is that was sent: one message, which changes as it goes. */
@Injectable()
export class StatusFace {
  constructor(private readonly reader: BotReader) {}

  /** Null: there is nothing to be shown. `erased`: what it was about is gone. */
  async render(
    chat: ReachableChat,
    intake: IntakeState,
    texts: Translator,
  ): Promise<Rendered | 'erased' | null> {
    const name = intake.fileName ?? texts.plain('recording.unnamed');
    // Sent in the name of another workspace, which this chat has left.
    if (intake.ownerId !== chat.ownerId) return null;
    switch (intake.status) {
      case 'received': {
        const before = await this.reader.filesBefore(intake.intakeId);
        return { text: texts.text('status.queued', { name, before }), keyboard: [] };
      }
      // The link was sent as a message of its own.
      case 'too-large':
        return null;
      case 'withdrawn':
        return 'erased';
      case 'failed': {
        const reason = reasonOf(intake.failureCode ?? 'unknown', texts);
        return { text: texts.text('status.not-stored', { name, reason }), keyboard: [] };
      }
      case 'duplicate':
      case 'stored':
        return this.ofRecording(chat, intake, texts);
    }
  }

  private async ofRecording(
    { ownerId }: ReachableChat,
    { recordingId, status }: IntakeState,
    texts: Translator,
  ): Promise<Rendered | 'erased' | null> {
    const recording = await this.reader.recording(ownerId, recordingId);
    if (!recording) return 'erased';
    const keyboard = buttonsOf(recording, texts);
    if (status === 'duplicate') {
      const text = texts.text('status.duplicate', { name: nameOf(recording, texts) });
      return { text: joinPresent([text, progressOf(recording, texts)], '\n'), keyboard };
    }
    return { text: progressOf(recording, texts), keyboard };
  }
}
