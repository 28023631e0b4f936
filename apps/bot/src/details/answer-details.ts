import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  askedNow,
  BUILDING_TYPES,
  currentInterview,
  DetailField,
  DetailProblem,
  Interview,
  normaliseDetail,
  Question,
  QUESTIONS,
  questionsFor,
  Scenario,
  scenarioNamed,
  SCENARIOS,
} from '@voxpersona/domain';
import { CommandRefused, ProvideDetails, TelegramMember } from '@voxpersona/pipeline';
import { BotReader } from '../faces/bot-reader';
import { isReachable } from '../faces/rendered';
import { Suggestions } from '../faces/suggestions';
import { Day, isoDay } from '../rendering';
import { Talk } from '../talk/talk';

/** How an answer was taken; the names are those of texts. */
export type AnswerOutcome =
  | { kind: 'taken' }
  | { kind: 'stale' }
  | { kind: 'invalid'; reason: DetailProblem['code']; question: Question };

/**
 * Answers to questions about recordings. What is answered is recorded in the recording first, then in the chat, which goes on
 * with the next question: either step, done again, changes nothing.
 */
@Injectable()
export class AnswerDetails {
  constructor(
    private readonly commands: CommandBus,
    private readonly reader: BotReader,
    private readonly suggestions: Suggestions,
  ) {}

  /** The recording that a text in this chat is about: the one that is being asked about. */
  askedAbout(talk: Talk): Interview | undefined {
    const interview = talk.chat ? currentInterview(talk.chat) : undefined;
    return interview && askedNow(interview) !== undefined ? interview : undefined;
  }

  /** Whether this very update answered something already: it was begun before, and broke off. */
  hasAnswered({ chat, requestId }: Talk): boolean {
    return Object.values(chat?.interviews ?? {}).some(({ answeredBy }) => answeredBy.includes(requestId));
  }

  /** A text that answers what is being asked. */
  async byText(
    talk: Talk,
    member: TelegramMember,
    recordingId: string,
    text: string,
  ): Promise<AnswerOutcome> {
    const interview = talk.chat?.interviews[recordingId];
    const question = interview && askedNow(interview);
    if (!question) return { kind: 'stale' };
    if (question === 'scenario') {
      const scenario = scenarioNamed(text);
      return scenario
        ? this.record(talk, member, recordingId, { question, scenario })
        : { kind: 'invalid', reason: 'unknown_choice', question };
    }
    return this.byValue(talk, member, recordingId, question, text);
  }

  /**
   * The button of a choice: a scenario or a type of building. Buttons of the date that came so, from before they carried their
   * day, are stale: nobody knows any more which day they meant.
   */
  async byChoice(
    talk: Talk,
    member: TelegramMember,
    recordingId: string,
    pressed: { question: number; choice: number },
  ): Promise<AnswerOutcome> {
    const question = QUESTIONS[pressed.question];
    const { choice } = pressed;
    if (question === 'scenario') {
      const scenario = SCENARIOS[choice];
      if (scenario) return this.record(talk, member, recordingId, { question, scenario });
    }
    if (question === 'buildingType') {
      const value = BUILDING_TYPES[choice];
      if (value) return this.record(talk, member, recordingId, { question, value });
    }
    return { kind: 'stale' };
  }

  /** The button of a day: the one that it shows, whatever day it is by now. */
  async byDay(talk: Talk, member: TelegramMember, recordingId: string, day: Day): Promise<AnswerOutcome> {
    return this.record(talk, member, recordingId, { question: 'date', value: isoDay(day) });
  }

  /** The button of a value that was used before. */
  async bySuggestion(
    talk: Talk,
    member: TelegramMember,
    recordingId: string,
    pressed: { question: number; token: string },
  ): Promise<AnswerOutcome> {
    const question = QUESTIONS[pressed.question];
    const { chat } = talk;
    const recording = await this.reader.recording(member.ownerId, recordingId);
    if (!question || question === 'scenario' || !recording || !chat || !isReachable(chat))
      return { kind: 'stale' };
    const value = await this.suggestions.find(chat, recording, question, pressed.token);
    return value === undefined ? { kind: 'stale' } : this.byValue(talk, member, recordingId, question, value);
  }

  private async byValue(
    talk: Talk,
    member: TelegramMember,
    recordingId: string,
    question: DetailField,
    text: string,
  ): Promise<AnswerOutcome> {
    const normalised = normaliseDetail(question, text);
    if ('problem' in normalised) return { kind: 'invalid', reason: normalised.problem.code, question };
    return this.record(talk, member, recordingId, { question, value: normalised.value });
  }

  private async record(
    talk: Talk,
    member: TelegramMember,
    recordingId: string,
    answer: { question: 'scenario'; scenario: Scenario } | { question: DetailField; value: string },
  ): Promise<AnswerOutcome> {
    const { question } = answer;
    if (!(await this.reader.recording(member.ownerId, recordingId))) return { kind: 'stale' };
    const interview = talk.chat?.interviews[recordingId];
    if (!interview || askedNow(interview) !== question) return { kind: 'stale' };
    const changes = 'value' in answer ? { [question]: answer.value } : {};
    const scenario = 'scenario' in answer ? answer.scenario : undefined;
    try {
      const known = await this.commands.execute(
        new ProvideDetails(recordingId, changes, null, talk.requestOf(member), scenario),
      );
      const left = questionsFor(known.scenario, known.details).filter((one) => one !== question);
      const answered = await talk.tell(member, {
        type: 'AnswerDetail',
        ...{ recordingId, question, questions: left, answeredBy: talk.requestId },
      });
      return answered.kind === 'accepted' ? { kind: 'taken' } : { kind: 'stale' };
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      return { kind: 'stale' };
    }
  }
}
