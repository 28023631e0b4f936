import {
  IntakeState,
  OpenChat,
  ParsedCaption,
  parseCaption,
  Question,
  questionsFor,
} from '@voxpersona/domain';

/** What is written under a file; files that were sent as one share it. */
export function captionOf(chat: OpenChat, intake: IntakeState): ParsedCaption {
  const own = intake.caption ?? '';
  const shared = Object.values(chat.intakes).find(
    ({ albumId, caption }) => albumId !== null && albumId === intake.albumId && (caption ?? '') !== '',
  );
  const text = own === '' ? (shared?.caption ?? '') : own;
  return parseCaption(text, { scenario: chat.settings.scenario ?? undefined });
}

/** What is asked about a recording that a chat brought, and whether what its caption said is shown to be confirmed. */
export function askedAfter(
  { settings }: OpenChat,
  caption: ParsedCaption,
  duplicate: boolean,
): { questions: Question[]; review: boolean } {
  if (duplicate) return { questions: [], review: false };
  const said = Object.keys(caption.details).length + caption.unknown.length + caption.problems.length;
  return {
    questions: questionsFor(caption.scenario ?? settings.scenario, caption.details),
    review: said > 0,
  };
}
