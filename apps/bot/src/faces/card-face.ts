import { Inject, Injectable } from '@nestjs/common';
import {
  askedNow,
  BUILDING_TYPES,
  DETAIL_ORDER,
  DetailField,
  Interview,
  isDetailField,
  missingDetails,
  parseCaption,
  Question,
  QUESTIONS,
  SCENARIOS,
} from '@voxpersona/domain';
import { RecordingView } from '@voxpersona/projections';
import { clock, Day, dayOf, html, isoDay, joinPresent, shortened, TelegramHtml } from '../rendering';
import { Button, Keyboard } from '../talk/talk';
import { Translator } from '../texts';
import { TIME_ZONE } from '../tokens';
import { BotReader } from './bot-reader';
import { nameOf } from './recording-words';
import { ReachableChat, Rendered } from './rendered';
import { Suggestions } from './suggestions';

/** Of details that a card shows: whole they may be longer than a message. By REST they can be read whole. */
const [MAX_LABEL, MAX_VALUE, MAX_OTHERS, MAX_LINES] = [60, 150, 6, 600];

/** What is known of a recording, what is being asked about it, and the buttons to answer. */
@Injectable()
export class CardFace {
  constructor(
    private readonly reader: BotReader,
    private readonly suggestions: Suggestions,
    @Inject(TIME_ZONE) private readonly timeZone: string,
  ) {}

  /** Null: nothing is asked about it. `erased`: it is gone. */
  async render(
    chat: ReachableChat,
    recordingId: string,
    texts: Translator,
  ): Promise<Rendered | 'erased' | null> {
    const interview = chat.interviews[recordingId];
    if (!interview) return null;
    const recording = await this.reader.recording(chat.ownerId, recordingId);
    if (!recording) return 'erased';
    const notUnderstood = captionProblems(chat, interview, texts);
    const asked = askedNow(interview);
    const summary = detailLines(recording, texts, { withScenario: !isScenarioOpen(interview) });
    const head = texts.text('card.title', {
      name: nameOf(recording, texts),
      length: clock(recording.audio.durationSeconds),
    });
    const parts = [head, summary, notUnderstood, this.footOf(interview, recording, texts)];
    const keyboard =
      asked === undefined
        ? buttonsAfter(interview, texts)
        : await this.answersTo(chat, recording, interview, asked, texts);
    return { text: joinPresent(parts, '\n\n'), keyboard };
  }

  private footOf(interview: Interview, recording: RecordingView, texts: Translator): TelegramHtml {
    const asked = askedNow(interview);
    if (asked !== undefined) return html`<b>${texts.plain(`question.${asked}`)}</b>`;
    if (interview.phase === 'waiting') return texts.text('card.waiting');
    const missing = missingDetails(recording.scenario, recording.details ?? {});
    const list = missing.map((field) => texts.plain(`field.${field}`)).join(', ');
    const lack = missing.length > 0 ? texts.text('card.missing', { list }) : html``;
    const ask = interview.phase === 'review' ? texts.text('card.review') : texts.text('card.confirmed');
    return joinPresent([lack, ask], '\n');
  }

  private async answersTo(
    chat: ReachableChat,
    recording: RecordingView,
    interview: Interview,
    asked: Question,
    texts: Translator,
  ): Promise<Keyboard> {
    const { recordingId } = interview;
    const question = QUESTIONS.indexOf(asked);
    const choice = (text: string, index: number): Button[] => [
      { text, action: { kind: 'choose', recordingId, question, choice: index } },
    ];
    const rows: (readonly Button[])[] = [];
    if (asked === 'scenario')
      rows.push(...SCENARIOS.map((one, at) => choice(texts.plain(`scenario.${one}`), at)));
    else if (asked === 'buildingType')
      rows.push(...BUILDING_TYPES.map((one, at) => choice(texts.plain(`building.${one}`), at)));
    else if (asked === 'date') rows.push(...dayButtons(recordingId, dayOf(new Date(), this.timeZone), texts));
    else {
      const known = await this.suggestions.of(chat, recording, asked);
      rows.push(
        ...known.map(({ text, token }) => [
          { text, action: { kind: 'suggest' as const, recordingId, question, token } },
        ]),
      );
    }
    const back = interview.asked.length > 1;
    rows.push([
      ...(back ? [{ text: texts.plain('button.back'), action: { kind: 'back' as const, recordingId } }] : []),
      ...(asked === 'scenario'
        ? []
        : [{ text: texts.plain('button.skip'), action: { kind: 'skip' as const, recordingId, question } }]),
    ]);
    return rows.filter((row) => row.length > 0);
  }
}

/**
 * Each says its day, because the card may be pressed long after it was sent; in a row of its own, so that no phone cuts it off.
 */
function dayButtons(recordingId: string, today: Day, texts: Translator): Keyboard {
  return [
    [
      {
        text: texts.plain('button.today', { day: isoDay(today) }),
        action: { kind: 'day', recordingId, day: today },
      },
    ],
    [
      {
        text: texts.plain('button.yesterday', { day: isoDay(today - 1) }),
        action: { kind: 'day', recordingId, day: today - 1 },
      },
    ],
  ];
}

/** The buttons that choose what to change. @param back to what was shown before */
export function editButtons(recordingId: string, texts: Translator, back: 'card' | 'recording'): Keyboard {
  const buttons = QUESTIONS.map((question, index): Button => {
    return { text: texts.plain(`field.${question}`), action: { kind: 'ask', recordingId, question: index } };
  });
  const rows: Button[][] = [];
  for (let at = 0; at < buttons.length; at += 2) rows.push(buttons.slice(at, at + 2));
  return [...rows, [{ text: texts.plain('button.back'), action: { kind: back, recordingId } }]];
}

export function buttonsAfter({ phase, recordingId }: Interview, texts: Translator): Keyboard {
  const edit: Button = { text: texts.plain('button.edit'), action: { kind: 'edit', recordingId } };
  if (phase !== 'review') return phase === 'confirmed' ? [[edit]] : [];
  return [[{ text: texts.plain('button.confirm'), action: { kind: 'confirm', recordingId } }, edit]];
}

/** Whether the scenario is still to be said: until then the recording has one that nobody chose. */
function isScenarioOpen({ phase, questions }: Interview): boolean {
  return (phase === 'waiting' || phase === 'asking') && questions.includes('scenario');
}

/** Scenario and details, a line each. */
export function detailLines(
  recording: RecordingView,
  texts: Translator,
  { withScenario = true } = {},
): TelegramHtml {
  const details = recording.details ?? {};
  const line = (label: string, value: string): TelegramHtml =>
    html`${shortened(label, MAX_LABEL)}: <b>${shortened(value, MAX_VALUE)}</b>`;
  const known = DETAIL_ORDER.filter((field) => details[field] !== undefined).map((field) =>
    line(texts.plain(`field.${field}`), detailText(field, details[field] ?? '', texts)),
  );
  const others = Object.entries(details).filter(([name]) => !isDetailField(name));
  return joinPresent(
    [
      ...(withScenario
        ? [line(texts.plain('field.scenario'), texts.plain(`scenario.${recording.scenario}`))]
        : []),
      ...known,
      ...others.slice(0, MAX_OTHERS).map(([name, value]) => line(name, value)),
      ...(others.length > MAX_OTHERS ? [texts.text('card.more', { count: others.length - MAX_OTHERS })] : []),
    ],
    '\n',
  );
}

export function detailText(field: DetailField, value: string, texts: Translator): string {
  if (field !== 'buildingType') return value;
  const type = BUILDING_TYPES.find((one) => one === value);
  return type ? texts.plain(`building.${type}`) : value;
}

/** Lines of the caption that were not understood: said, not guessed. */
function captionProblems(chat: ReachableChat, { intakeId }: Interview, texts: Translator): TelegramHtml {
  const caption = intakeId === null ? null : (chat.intakes[intakeId]?.caption ?? null);
  if (caption === null || caption === '') return html``;
  const { unknown, problems } = parseCaption(caption, { scenario: chat.settings.scenario ?? undefined });
  const lines = [...unknown, ...problems.map(({ line }) => line)];
  if (lines.length === 0) return html``;
  return texts.text('card.not-understood', { lines: shortened(lines.slice(0, 10).join('\n'), MAX_LINES) });
}
