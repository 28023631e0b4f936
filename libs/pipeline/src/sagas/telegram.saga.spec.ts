import { OWNER, RECORDING, uploaded } from '@test/domain/some';
import { ChatEvent, DomainEvent, recordingIdOfIntake } from '@voxpersona/domain';
import { Actor, Recorded } from '@voxpersona/event-store';
import { telegramSaga } from './telegram.saga';

const chatId = '55555555-5555-4555-8555-555555555555';
const intakeId = '66666666-6666-4666-8666-666666666666';
const linkId = '77777777-7777-4777-8777-777777777777';
const own = recordingIdOfIntake(intakeId);

/** Jobs that follow from an event that this actor caused. */
function jobsAfter(
  event: DomainEvent,
  actor: Actor = { kind: 'telegram', id: 'a', owner: OWNER },
): unknown[] {
  return telegramSaga
    .react({ ...event, metadata: { actor } } as Recorded<DomainEvent>)
    .map((instruction) => (instruction.kind === 'run' ? instruction.job : instruction.kind));
}

function received(fetch: boolean): ChatEvent {
  return {
    type: 'MediaReceived',
    data: {
      ...{ chatId, intakeId, recordingId: own, ownerId: OWNER, memberId: OWNER, accountId: OWNER, fetch },
      ...{ albumId: null, messageId: 1, fileName: 'voice', caption: '' },
      file: { fileId: 'f', fileUniqueId: 'u', kind: 'voice', sizeBytes: 1, durationSeconds: 1 },
    },
  };
}
const stored = (recordingId: string): ChatEvent => ({
  type: 'MediaStored',
  data: { chatId, intakeId, recordingId, duplicate: recordingId !== own, questions: [], review: false },
});

describe('What follows from what is sent in a chat', () => {
  it('is that the file is fetched, unless Telegram does not hand it out', () => {
    expect(jobsAfter(received(true))).toEqual([{ type: 'FetchMedia', recordingId: own, chatId, intakeId }]);
    expect(jobsAfter(received(false))).toEqual([]);
  });

  it('is that what became no recording of its own is forgotten', () => {
    const failure = { code: 'truncated', provider: null, requestId: null, attempts: 1 };
    const forgotten = [{ type: 'ForgetIntake', recordingId: own }];
    expect(jobsAfter(stored(own))).toEqual([]);
    expect(jobsAfter(stored(RECORDING))).toEqual(forgotten);
    expect(jobsAfter({ type: 'MediaNotStored', data: { chatId, intakeId, failure } })).toEqual(forgotten);
    expect(jobsAfter({ type: 'MediaWithdrawn', data: { chatId, intakeId } })).toEqual(forgotten);
  });

  it('is that a chat is told of what came by its link, once it is a recording', () => {
    const link: Actor = { kind: 'upload-link', id: linkId, owner: OWNER };
    const told = (recordingId: string, duplicate: boolean) => [
      { type: 'TellChatOfUpload', recordingId, linkId, duplicate },
    ];
    expect(jobsAfter(uploaded(), link)).toEqual(told(RECORDING, false));
    expect(jobsAfter(uploaded())).toEqual([]);
    const used = (duplicate: boolean): DomainEvent => ({
      type: 'UploadLinkUsed',
      data: { linkId, recordingId: RECORDING, duplicate },
    });
    expect(jobsAfter(used(true), link)).toEqual(told(RECORDING, true));
    expect(jobsAfter(used(false), link)).toEqual([]);
  });
});
