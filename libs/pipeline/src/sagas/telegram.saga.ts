import { DomainEvent, recordingIdOfIntake } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { Instruction, run, Saga } from './saga';

/** Has files fetched that were sent in a chat, and tells chats of what came past them. */
export const telegramSaga: Saga = {
  name: 'telegram-saga',
  filter: {
    types: [
      ...(['MediaReceived', 'MediaStored', 'MediaNotStored', 'MediaWithdrawn'] as const),
      ...(['AudioUploaded', 'UploadLinkUsed'] as const),
    ],
  },
  react,
};

function react(event: Recorded<DomainEvent>): Instruction[] {
  switch (event.type) {
    case 'MediaReceived': {
      const { recordingId, chatId, intakeId, fetch } = event.data;
      return fetch ? [run({ type: 'FetchMedia', recordingId, chatId, intakeId })] : [];
    }
    // What was sent with it belongs to no recording then, and nothing else would ever erase it.
    case 'MediaStored': {
      const own = recordingIdOfIntake(event.data.intakeId);
      return event.data.recordingId === own ? [] : [run({ type: 'ForgetIntake', recordingId: own })];
    }
    case 'MediaNotStored':
    case 'MediaWithdrawn':
      return [run({ type: 'ForgetIntake', recordingId: recordingIdOfIntake(event.data.intakeId) })];
    // What came by a link: known to its chat once it is a recording, or when it turned out to be one already.
    case 'AudioUploaded': {
      const { kind, id } = event.metadata.actor;
      return kind === 'upload-link' ? [linked(event.data.recordingId, id, false)] : [];
    }
    case 'UploadLinkUsed': {
      const { recordingId, linkId, duplicate } = event.data;
      return duplicate ? [linked(recordingId, linkId, true)] : [];
    }
    default:
      return [];
  }
}

function linked(recordingId: string, linkId: string, duplicate: boolean): Instruction {
  return run({ type: 'TellChatOfUpload', recordingId, linkId, duplicate });
}
