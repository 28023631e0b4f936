import { Entity, FormattedText } from './types';

const TAGS: Record<string, string> = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  spoiler: 'tg-spoiler',
};

/** A text with its entities as Telegram's HTML. Entities that Telegram found by itself have no tag. */
export function renderHtml({ text, entities }: FormattedText): string {
  return render(text, 0, text.length, entities);
}

/** Entities are in order, outer before inner. */
function render(text: string, from: number, to: number, entities: readonly Entity[]): string {
  let html = '';
  let at = from;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index]!;
    index += 1;
    if (entity.offset < at) continue;
    const end = Math.min(entity.offset + entity.length, to);
    const inner: Entity[] = [];
    while (index < entities.length && entities[index]!.offset < end) {
      inner.push(entities[index]!);
      index += 1;
    }
    html += escaped(text.slice(at, entity.offset)) + inTag(entity, render(text, entity.offset, end, inner));
    at = end;
  }
  return html + escaped(text.slice(at, to));
}

function inTag(entity: Entity, content: string): string {
  if (entity.type === 'text_link') return `<a href="${escaped(entity.url ?? '')}">${content}</a>`;
  if (entity.type === 'text_mention')
    return `<a href="tg://user?id=${String(entity.user?.id)}">${content}</a>`;
  if (entity.type === 'expandable_blockquote') return `<blockquote expandable>${content}</blockquote>`;
  if (entity.type === 'pre' && entity.language !== undefined)
    return `<pre><code class="language-${escaped(entity.language)}">${content}</code></pre>`;
  const tag = TAGS[entity.type];
  return tag === undefined ? content : `<${tag}>${content}</${tag}>`;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
