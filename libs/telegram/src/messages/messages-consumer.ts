import { deriveId, DomainEvent } from '@voxpersona/domain';
import { CheckpointedConsumer, Recorded } from '@voxpersona/event-store';
import { TELEGRAM_MESSAGES } from '@voxpersona/pipeline';
import { PoolClient } from 'pg';
import { MessageKind, MESSAGES_CHANNEL } from './message-rows';

interface Wanted {
  kind: MessageKind;
  chatId: string;
  subjectId: string;
  recordingId: string;
}

/**
 * Notes which messages an event may change, in the transaction of its checkpoint: none is forgotten, however often the
 * process dies. What a message shows is worked out when it is sent, from what is known then.
 */
export class MessagesConsumer implements CheckpointedConsumer<DomainEvent> {
  readonly name = TELEGRAM_MESSAGES;
  /** Never replayed: what was sent cannot be sent again. */
  readonly version = 1;
  readonly filter = { streamPrefixes: ['chat-', 'recording-', 'report-'] };

  async apply(events: readonly Recorded<DomainEvent>[], transaction: PoolClient): Promise<void> {
    const touched = new Map<string, bigint>();
    for (const event of events) {
      for (const wanted of wantedBy(event)) await want(transaction, wanted, event.position);
      if (event.type === 'AnalysisCompleted') await wantReport(transaction, event);
      if (isAboutIntake(event)) {
        await touchIntake(transaction, event.data.intakeId, event.position);
      }
      if (event.type === 'ChatMoved') await beginAnew(transaction, event);
      if (event.type === 'ChatReopened') await lookAgain(transaction, event.data.chatId, event.position);
      const recordingId = recordingOf(event);
      if (recordingId !== null) touched.set(recordingId, event.position);
    }
    await touch(transaction, touched);
    await transaction.query(`SELECT pg_notify('${MESSAGES_CHANNEL}', '')`);
  }

  /** Only the first start comes here, with nothing written yet. */
  async reset(): Promise<void> {
    return Promise.resolve();
  }
}

function wantedBy(event: Recorded<DomainEvent>): Wanted[] {
  switch (event.type) {
    case 'MediaReceived':
    case 'MediaStored': {
      const { chatId, intakeId, recordingId } = event.data;
      const status = { kind: 'status' as const, chatId, subjectId: intakeId, recordingId };
      return event.type === 'MediaStored' && (event.data.questions.length > 0 || event.data.review)
        ? [status, cardOf(chatId, recordingId)]
        : [status];
    }
    case 'DetailAsked':
    case 'DetailAnswered':
    case 'DetailSkipped':
    case 'DetailsReviewed':
    case 'DetailsConfirmed':
      return [cardOf(event.data.chatId, event.data.recordingId)];
    default:
      return [];
  }
}

type AboutIntake = Extract<
  Recorded<DomainEvent>,
  { type: 'MediaNotStored' | 'UploadLinkOffered' | 'MediaWithdrawn' }
>;

/** It changes how far a file is, whose message is wanted already. */
function isAboutIntake(event: Recorded<DomainEvent>): event is AboutIntake {
  return ['MediaNotStored', 'UploadLinkOffered', 'MediaWithdrawn'].includes(event.type);
}

function cardOf(chatId: string, recordingId: string): Wanted {
  return { kind: 'card', chatId, subjectId: recordingId, recordingId };
}

async function want(
  transaction: PoolClient,
  { kind, chatId, subjectId, recordingId }: Wanted,
  position: bigint,
): Promise<void> {
  await transaction.query(
    `INSERT INTO telegram_messages (id, chat_id, kind, subject_id, recording_id, position)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (id) DO UPDATE SET due = true, position = excluded.position, recording_id = excluded.recording_id`,
    [
      deriveId('telegram-message', kind, chatId, subjectId),
      chatId,
      kind,
      subjectId,
      recordingId,
      position.toString(),
    ],
  );
}

/** A report is brought to the chats that its recording came from, and to those that asked for it. */
async function wantReport(
  transaction: PoolClient,
  { data, position }: Extract<Recorded<DomainEvent>, { type: 'AnalysisCompleted' }>,
): Promise<void> {
  const { recordingId, reportId: subjectId } = data;
  const { rows } = await transaction.query<{ chat_id: string }>(
    `WITH wished AS (
       DELETE FROM telegram_messages WHERE recording_id = $1 AND kind = 'wish' RETURNING chat_id)
     SELECT chat_id FROM telegram_messages WHERE recording_id = $1 AND kind IN ('status', 'card')
     UNION SELECT chat_id FROM wished`,
    [recordingId],
  );
  for (const { chat_id: chatId } of rows) {
    await want(transaction, { kind: 'report', chatId, subjectId, recordingId }, position);
    await want(transaction, { kind: 'report-file', chatId, subjectId, recordingId }, position);
  }
}

async function lookAgain(transaction: PoolClient, chatId: string, position: bigint): Promise<void> {
  await transaction.query(
    `UPDATE telegram_messages SET due = true, position = $2, run_at = now() WHERE chat_id = $1`,
    [chatId, position.toString()],
  );
}

/** Nothing that was sent under the former number can be changed or removed. What changes from now on is sent anew. */
async function beginAnew(
  transaction: PoolClient,
  { data, position }: Extract<Recorded<DomainEvent>, { type: 'ChatMoved' }>,
): Promise<void> {
  const { chatId, askedAbout } = data;
  await transaction.query(`DELETE FROM telegram_messages WHERE chat_id = $1 AND kind = 'quote'`, [chatId]);
  await transaction.query(
    `UPDATE telegram_messages SET message_id = NULL, due = true, position = $2, run_at = now(),
       shown = CASE WHEN kind = 'card' AND recording_id = $3 THEN NULL ELSE shown END
     WHERE chat_id = $1`,
    [chatId, position.toString(), askedAbout],
  );
}

async function touchIntake(transaction: PoolClient, intakeId: string, position: bigint): Promise<void> {
  await transaction.query(
    `UPDATE telegram_messages SET due = true, position = $2 WHERE subject_id = $1 AND kind = 'status'`,
    [intakeId, position.toString()],
  );
}

function recordingOf({ data }: Recorded<DomainEvent>): string | null {
  return 'recordingId' in data && typeof data.recordingId === 'string' ? data.recordingId : null;
}

async function touch(transaction: PoolClient, touched: ReadonlyMap<string, bigint>): Promise<void> {
  if (touched.size === 0) return;
  await transaction.query(
    `UPDATE telegram_messages AS message SET due = true, position = touched.position
     FROM unnest($1::uuid[], $2::bigint[]) AS touched (recording_id, position)
     WHERE message.recording_id = touched.recording_id`,
    [[...touched.keys()], [...touched.values()].map(String)],
  );
}
