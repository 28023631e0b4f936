import { calendarDay, Field, idPrefix, index, milliseconds, oneOf, uuid } from './fields';

/**
 * What a press on a button asks for: ids, places in lists and days only. Who may do it is looked at when it is pressed.
 *
 * `question`: place in the list of questions; `choice`: in the choices of that question; `report`: in the list of report types.
 */
export type CallbackAction =
  | { kind: 'page'; page: number }
  | { kind: 'recording'; recordingId: string }
  | { kind: 'transcript'; recordingId: string }
  | { kind: 'file'; recordingId: string; format: 'txt' | 'srt' | 'vtt' }
  | { kind: 'retry'; recordingId: string }
  | { kind: 'stop'; recordingId: string }
  | { kind: 'delete-ask'; recordingId: string }
  | { kind: 'delete'; recordingId: string }
  | { kind: 'keep'; recordingId: string }
  | { kind: 'report'; reportId: string }
  | { kind: 'request-report'; recordingId: string; report: number }
  | { kind: 'clip'; recordingId: string; startMs: number; endMs: number }
  | { kind: 'choose'; recordingId: string; question: number; choice: number }
  /** `day`: days since 1970, so that what is stored is the day that the button showed, whenever its press is dealt with */
  | { kind: 'day'; recordingId: string; day: number }
  /** `token`: eight hexadecimal digits that tell a suggested value from the others */
  | { kind: 'suggest'; recordingId: string; question: number; token: string }
  | { kind: 'skip'; recordingId: string; question: number }
  | { kind: 'ask'; recordingId: string; question: number }
  | { kind: 'back'; recordingId: string }
  | { kind: 'confirm'; recordingId: string }
  | { kind: 'edit'; recordingId: string }
  | { kind: 'card'; recordingId: string }
  | { kind: 'settings'; item: number; choice: number }
  | { kind: 'invite'; role: number }
  | { kind: 'group'; all: number }
  | { kind: 'erase-all' }
  | { kind: 'erase-keep' };

export type CallbackKind = CallbackAction['kind'];
type ActionOf<K extends CallbackKind> = Extract<CallbackAction, { kind: K }>;
type FieldsOf<A> = { readonly [P in Exclude<keyof A, 'kind'>]: Field<A[P]> };

/** How an action is written: one character for its kind, then its fields in the order of the table. */
export interface ActionShape<A> {
  readonly code: string;
  readonly fields: FieldsOf<A>;
}

const recordingId = uuid;
const ofRecording = { recordingId };
const ofQuestion = { recordingId, question: index };

/** Codes are for ever, like the order of the fields: buttons that were sent carry them. */
export const CALLBACK_SHAPES: { readonly [K in CallbackKind]: ActionShape<ActionOf<K>> } = {
  page: { code: 'l', fields: { page: index } },
  recording: { code: 'o', fields: ofRecording },
  transcript: { code: 't', fields: ofRecording },
  file: { code: 'f', fields: { recordingId, format: oneOf('txt', 'srt', 'vtt') } },
  retry: { code: 'r', fields: ofRecording },
  stop: { code: 'z', fields: ofRecording },
  'delete-ask': { code: 'd', fields: ofRecording },
  delete: { code: 'D', fields: ofRecording },
  keep: { code: 'k', fields: ofRecording },
  report: { code: 'p', fields: { reportId: uuid } },
  'request-report': { code: 'P', fields: { recordingId, report: index } },
  clip: { code: 'c', fields: { recordingId, startMs: milliseconds, endMs: milliseconds } },
  choose: { code: 'w', fields: { ...ofQuestion, choice: index } },
  day: { code: 'v', fields: { recordingId, day: calendarDay } },
  suggest: { code: 'g', fields: { ...ofQuestion, token: idPrefix } },
  skip: { code: 's', fields: ofQuestion },
  ask: { code: 'a', fields: ofQuestion },
  back: { code: 'b', fields: ofRecording },
  confirm: { code: 'y', fields: ofRecording },
  edit: { code: 'e', fields: ofRecording },
  card: { code: 'j', fields: ofRecording },
  settings: { code: 'M', fields: { item: index, choice: index } },
  invite: { code: 'i', fields: { role: index } },
  group: { code: 'u', fields: { all: index } },
  'erase-all': { code: 'X', fields: {} },
  'erase-keep': { code: 'K', fields: {} },
};
