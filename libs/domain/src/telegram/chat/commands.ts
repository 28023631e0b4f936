import { EventOf } from '../../shared/event-definition';
import { Failure } from '../../shared/values';
import { ChatOpened, ChatSettings, MediaReceived, TelegramFile } from './events';
import { Question } from './questions';

type DataOf<D> = EventOf<D> extends { data: infer Data } ? Data : never;

/** What can be asked of a chat. */
export type ChatCommand =
  | { type: 'OpenChat'; chat: DataOf<typeof ChatOpened> }
  | { type: 'ChangeChatSettings'; changes: Partial<ChatSettings> }
  /** Telegram answered that nothing can be sent there any more; or something came from there again. */
  | { type: 'CloseChat' }
  | { type: 'ReopenChat' }
  /** Telegram gave a group another number: to the chat that it was, and to the one that the new number stands for. */
  | { type: 'MoveChat'; telegramChatId: number }
  | { type: 'AssignChatNumber'; chatId: string; movedChatId: string }
  | {
      type: 'ReceiveMedia';
      media: Omit<DataOf<typeof MediaReceived>, 'chatId' | 'ownerId' | 'file'> & { file: TelegramFile };
      /** How many files of one member may wait to be fetched. */
      maxWaiting: number;
      /** The same file is taken although it came before: what came of it is gone. */
      again: boolean;
    }
  | {
      type: 'RecordStored';
      intakeId: string;
      recordingId: string;
      duplicate: boolean;
      questions: readonly Question[];
      review: boolean;
    }
  | { type: 'RecordNotStored'; intakeId: string; failure: Failure }
  | { type: 'RecordTooLarge'; intakeId: string; linkId: string; expiresAt: string }
  /** All that this member sent here and that is no recording yet. */
  | { type: 'WithdrawMedia'; ownerId: string; memberId: string }
  /** Of details: to go to a question, by choice or back; answered, with what is left then; skipped; confirmed. */
  | { type: 'AskDetail'; recordingId: string; question: Question }
  | {
      type: 'AnswerDetail';
      recordingId: string;
      question: Question;
      questions: readonly Question[];
      /** Id of the request. */
      answeredBy: string;
    }
  | { type: 'SkipDetail'; recordingId: string; question: Question }
  | { type: 'GoBack'; recordingId: string }
  | { type: 'ConfirmDetails'; recordingId: string };
