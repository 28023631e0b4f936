import { Entity, FormattedText } from './types';

/** What Telegram finds in a text by itself, in the order of precedence. */
const FOUND: readonly { type: string; pattern: RegExp }[] = [
  { type: 'url', pattern: /\bhttps?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/gi },
  { type: 'bot_command', pattern: /(?<![\w/.<>@])\/\w{1,64}(?:@[a-z]\w{2,31})?(?![\w/@])/gi },
  { type: 'mention', pattern: /(?<![\w@/])@[a-z]\w{2,31}/gi },
  { type: 'hashtag', pattern: /(?<![\p{L}\d_#])#[\p{L}\d_]*\p{L}[\p{L}\d_]*/gu },
];

const CLOSED_TO_OTHERS = new Set(['code', 'pre', 'text_link', 'text_mention', 'url']);

/** The text with the commands, mentions, hashtags and addresses that Telegram sees in it. */
export function withFoundEntities({ text, entities }: FormattedText): FormattedText {
  const all = [...entities];
  for (const { type, pattern } of FOUND) {
    for (const match of text.matchAll(pattern)) {
      const found = { type, offset: match.index, length: match[0].length };
      const isTaken = all.some(
        (other) => (CLOSED_TO_OTHERS.has(other.type) || other.type === type) && overlap(other, found),
      );
      if (!isTaken) all.push(found);
    }
  }
  return { text, entities: all.toSorted((a, b) => a.offset - b.offset || b.length - a.length) };
}

/** Without the white space around it, which Telegram does not keep. */
export function trimmed({ text, entities }: FormattedText): FormattedText {
  const start = text.length - text.trimStart().length;
  const kept = text.trim();
  const moved = entities.flatMap((entity) => {
    const from = Math.max(entity.offset - start, 0);
    const to = Math.min(entity.offset + entity.length - start, kept.length);
    return to > from ? [{ ...entity, offset: from, length: to - from }] : [];
  });
  return { text: kept, entities: moved };
}

function overlap(a: Entity, b: Entity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
