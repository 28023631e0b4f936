import { Erased, isErased } from '../../shared/personal';
import { ChatEvent, ChatSettings, TelegramFile } from './events';
import { Question } from './questions';

export interface IntakeState {
  intakeId: string;
  /** Workspace that it was sent to; the chat's own may be another one by now. */
  ownerId: string;
  memberId: string;
  accountId: string;
  /** As proposed; where it is a duplicate, the recording that was there. */
  recordingId: string;
  /** Null once erased. */
  file: TelegramFile | null;
  albumId: string | null;
  /** Null where it was sent under a number that the chat does not have any more. */
  messageId: number | null;
  /** Null once erased. */
  fileName: string | null;
  caption: string | null;
  status: 'received' | 'stored' | 'duplicate' | 'failed' | 'too-large' | 'withdrawn';
  failureCode: string | null;
  linkExpiresAt: string | null;
}

/** How far the questions about one recording are. */
export interface Interview {
  recordingId: string;
  /** What it was sent as; null: its details are changed here, and it came from elsewhere. */
  intakeId: string | null;
  /** What is left to ask, the one that is being asked included. */
  questions: readonly Question[];
  /** What was asked so far, in order: the way back. */
  asked: readonly Question[];
  skipped: readonly Question[];
  /** `waiting`: another recording of this chat is asked about. */
  phase: 'waiting' | 'asking' | 'review' | 'confirmed';
  /** Requests that answered. */
  answeredBy: readonly string[];
}

export interface OpenChat {
  phase: 'open';
  chatId: string;
  ownerId: string;
  memberId: string;
  kind: 'private' | 'group';
  /** Null once erased. */
  telegramChatId: number | null;
  settings: ChatSettings;
  /** False while nobody there wants messages. */
  reachable: boolean;
  intakes: Readonly<Record<string, IntakeState>>;
  /** By recording. */
  interviews: Readonly<Record<string, Interview>>;
}

/** A number that Telegram gave to a chat which was there already. */
export interface MovedHere {
  phase: 'moved-here';
  /** Id of that chat. */
  movedChatId: string;
}

export type ChatState = { phase: 'absent' } | MovedHere | OpenChat;

export const initialChat: ChatState = { phase: 'absent' };

/** The recording that is being asked about, or shown to be confirmed; one at a time. */
export function currentInterview(chat: OpenChat): Interview | undefined {
  return Object.values(chat.interviews).find(({ phase }) => phase === 'asking' || phase === 'review');
}

/** What a member sent here that may still become a recording: it is to be fetched, or can come by the link. */
export function underWay({ intakes }: OpenChat, of: { ownerId: string; memberId: string }): IntakeState[] {
  return Object.values(intakes).filter(
    ({ ownerId, memberId, status }) =>
      ownerId === of.ownerId && memberId === of.memberId && (status === 'received' || status === 'too-large'),
  );
}

/** What is being asked; undefined: nothing. */
export function askedNow({ phase, asked }: Interview): Question | undefined {
  return phase === 'asking' ? asked.at(-1) : undefined;
}

export function evolveChat(state: ChatState, event: ChatEvent): ChatState {
  if (event.type === 'ChatOpened') {
    const { telegramChatId, ...chat } = event.data;
    const number = isErased(telegramChatId) ? null : telegramChatId;
    const open = { phase: 'open' as const, ...chat, telegramChatId: number, reachable: true };
    if (state.phase !== 'open') return { ...open, intakes: {}, interviews: {} };
    // What was asked in the name of another workspace is not asked on.
    const interviews = state.ownerId === open.ownerId ? state.interviews : {};
    return { ...state, ...open, interviews };
  }
  if (event.type === 'ChatNumberAssigned')
    return { phase: 'moved-here', movedChatId: event.data.movedChatId };
  return state.phase === 'open' ? evolveOpen(state, event) : state;
}

type EventOfOpenChat = Exclude<ChatEvent, { type: 'ChatOpened' | 'ChatNumberAssigned' }>;

function evolveOpen(state: OpenChat, event: EventOfOpenChat): OpenChat {
  switch (event.type) {
    case 'ChatSettingsChanged':
      return { ...state, settings: event.data.settings };
    case 'ChatClosed':
      return { ...state, reachable: false };
    case 'ChatReopened':
      return { ...state, reachable: true };
    case 'ChatMoved':
      return moved(state, event.data.telegramChatId);
    case 'MediaReceived':
      return received(state, event.data);
    case 'MediaStored': {
      const { intakeId, recordingId, duplicate, questions, review } = event.data;
      const status = duplicate ? ('duplicate' as const) : ('stored' as const);
      const stored = withIntake(state, intakeId, { recordingId, status });
      if (questions.length === 0 && !review) return stored;
      return withInterview(stored, { ...newInterview(recordingId), intakeId, questions });
    }
    case 'MediaNotStored':
      return withIntake(state, event.data.intakeId, {
        ...{ status: 'failed', failureCode: event.data.failure.code },
      });
    case 'UploadLinkOffered': {
      const { intakeId, expiresAt } = event.data;
      return withIntake(state, intakeId, { status: 'too-large', linkExpiresAt: expiresAt });
    }
    case 'MediaWithdrawn':
      // Its key is destroyed; what is known here in the meantime is not kept either.
      return withIntake(state, event.data.intakeId, {
        ...{ status: 'withdrawn', file: null, fileName: null, caption: null },
      });
    case 'DetailAsked':
    case 'DetailAnswered':
    case 'DetailSkipped':
    case 'DetailsReviewed':
    case 'DetailsConfirmed': {
      const { recordingId } = event.data;
      const interview = state.interviews[recordingId] ?? newInterview(recordingId);
      return withInterview(state, evolveInterview(interview, event));
    }
  }
}

function newInterview(recordingId: string): Interview {
  return {
    recordingId,
    intakeId: null,
    questions: [],
    asked: [],
    skipped: [],
    phase: 'waiting',
    answeredBy: [],
  };
}

function moved(state: OpenChat, number: number | Erased): OpenChat {
  const intakes: Record<string, IntakeState> = {};
  for (const [id, intake] of Object.entries(state.intakes)) intakes[id] = { ...intake, messageId: null };
  return { ...state, telegramChatId: isErased(number) ? null : number, reachable: true, intakes };
}

type InterviewEvent = Extract<ChatEvent, { type: `Detail${string}` }>;

function evolveInterview(interview: Interview, event: InterviewEvent): Interview {
  const { asked, questions, skipped } = interview;
  switch (event.type) {
    case 'DetailAsked': {
      const { question } = event.data;
      // Going back to a question forgets what was asked after it.
      const before = asked.includes(question) ? asked.slice(0, asked.indexOf(question)) : asked;
      const left = questions.includes(question) ? questions : [question, ...questions];
      return { ...interview, phase: 'asking', asked: [...before, question], questions: left };
    }
    case 'DetailAnswered': {
      const { question } = event.data;
      const left = event.data.questions.filter((one) => !skipped.includes(one));
      const answeredBy = [...interview.answeredBy, event.data.answeredBy];
      return {
        ...interview,
        answeredBy,
        questions: left,
        skipped: skipped.filter((one) => one !== question),
      };
    }
    case 'DetailSkipped': {
      const { question } = event.data;
      const left = questions.filter((one) => one !== question);
      return { ...interview, questions: left, skipped: [...new Set([...skipped, question])] };
    }
    case 'DetailsReviewed':
      return { ...interview, phase: 'review' };
    case 'DetailsConfirmed':
      return { ...interview, phase: 'confirmed' };
  }
}

function received(state: OpenChat, data: Extract<ChatEvent, { type: 'MediaReceived' }>['data']): OpenChat {
  const { chatId: _chat, file, fileName, caption, fetch, ...rest } = data;
  const intake: IntakeState = {
    ...rest,
    file: isErased(file) ? null : file,
    fileName: isErased(fileName) ? null : fileName,
    caption: isErased(caption) ? null : caption,
    status: fetch ? 'received' : 'too-large',
    failureCode: null,
    linkExpiresAt: null,
  };
  return { ...state, intakes: { ...state.intakes, [intake.intakeId]: intake } };
}

function withIntake(state: OpenChat, intakeId: string, change: Partial<IntakeState>): OpenChat {
  const intake = state.intakes[intakeId];
  if (!intake) return state;
  return { ...state, intakes: { ...state.intakes, [intakeId]: { ...intake, ...change } } };
}

function withInterview(state: OpenChat, interview: Interview): OpenChat {
  return { ...state, interviews: { ...state.interviews, [interview.recordingId]: interview } };
}
