import { OWNER, uploaded } from '@test/domain/some';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import {
  ChatCommand,
  chatDecider,
  deriveId,
  DOMAIN_EVENTS,
  DomainEvent,
  IntakeState,
  recordingDecider,
} from '@voxpersona/domain';
import { Actors, CommandContext, EventCodec, PostgresKeyRing } from '@voxpersona/event-store';
import { CommandBus } from '@nestjs/cqrs';
import { randomBytes, randomUUID } from 'node:crypto';
import { EraseRecording, EraseRecordingHandler } from '../commands/erase-recording';
import { IntakeReporter } from './intake-reporter';
import { ResultReporter } from './result-reporter';

/** What happens when a file is withdrawn while it is made a recording. */
describe('A file that became a recording', () => {
  let log: TestLog;
  let actors: Actors<DomainEvent>;
  let reporter: IntakeReporter;
  let chatId: string;
  let recordingId: string;
  const memberId = randomUUID();

  beforeAll(async () => {
    log = await createTestLog();
    const keys = new PostgresKeyRing(log.pool, randomBytes(32));
    const codec = new EventCodec<DomainEvent>(DOMAIN_EVENTS, keys, (id, index) =>
      deriveId('event', id, index),
    );
    actors = new Actors(log.store, codec);
    const erase = new EraseRecordingHandler(actors);
    const commands = { execute: (command: EraseRecording) => erase.execute(command) };
    reporter = new IntakeReporter(actors, commands as CommandBus, new ResultReporter(actors));
  });
  beforeEach(() => {
    chatId = randomUUID();
    recordingId = randomUUID();
  });
  afterAll(() => log.close());

  const context = (): CommandContext => ({
    ...{ commandId: randomUUID(), correlationId: randomUUID(), causationId: randomUUID() },
    actor: { kind: 'saga', id: 'test', owner: OWNER },
  });
  const tell = async (command: ChatCommand): Promise<void> => {
    expect(await actors.ask(chatDecider, chatId, command, context())).toMatchObject({ kind: 'accepted' });
  };
  const withdraw = (): Promise<void> => tell({ type: 'WithdrawMedia', ownerId: OWNER, memberId });
  const phase = async (): Promise<string> => (await actors.read(recordingDecider, recordingId)).state.phase;

  /** A file was received, and its recording made; its chat has not heard of that. */
  async function received(): Promise<IntakeState> {
    const settings = { language: 'en' as const, speechLanguage: null, scenario: null };
    await tell({
      type: 'OpenChat',
      chat: {
        ...{ chatId, ownerId: OWNER, memberId, kind: 'private', telegramChatId: 77 },
        settings: { ...settings, groupMode: 'asked' },
      },
    });
    const intakeId = randomUUID();
    await tell({
      ...{ type: 'ReceiveMedia', maxWaiting: 1, again: false },
      media: {
        ...{ intakeId, recordingId, memberId, accountId: randomUUID(), fetch: true },
        ...{ albumId: null, messageId: 5, fileName: 'voice', caption: '' },
        file: { fileId: 'f', fileUniqueId: 'u', kind: 'voice', sizeBytes: 9, durationSeconds: 1 },
      },
    });
    const audio = { ...uploaded().data, recordingId };
    await actors.ask(recordingDecider, recordingId, { type: 'UploadAudio', audio }, context());
    const { state } = await actors.read(chatDecider, chatId);
    if (state.phase !== 'open') throw new Error('Not open');
    return state.intakes[intakeId]!;
  }
  const report = (intake: IntakeState, duplicate = false): Promise<void> => {
    const outcome = { recordingId, duplicate, questions: [], review: false };
    return reporter.stored(chatId, intake, outcome, context());
  };

  it('stays, where nobody withdrew it', async () => {
    await report(await received());
    expect(await phase()).toBe('present');
  });

  it('is erased again, where it was withdrawn meanwhile, however often that is told', async () => {
    const intake = await received();
    await withdraw();
    await report(intake);
    expect(await phase()).toBe('erased');
    await report(intake);
    expect(await phase()).toBe('erased');
  });

  it('stays, where it was one before the withdrawn file came', async () => {
    const intake = await received();
    await withdraw();
    await report(intake, true);
    expect(await phase()).toBe('present');
  });
});
