import { MarkdownNode } from './markdown-tree';
import { Mark, plainText, Run } from './rich-text';
import { escapeAttribute } from './telegram-html';

/** Everything else would be dropped by Telegram, or open what nobody expects. */
const LINK_SCHEME = /^(https?|tg|mailto):/i;

const simple = (tag: Mark['tag']): Mark => ({ tag, open: `<${tag}>`, close: `</${tag}>` });
export const BOLD = simple('b');
export const QUOTE = simple('blockquote');
const CODE = simple('code');
const MARKS: Readonly<Record<string, Mark>> = { strong: BOLD, em: simple('i'), s: simple('s') };

/** One more mark inside; an element within one of its own kind is no element of its own. */
export function within(marks: readonly Mark[], mark: Mark): readonly Mark[] {
  return marks.some(({ tag }) => tag === mark.tag) ? marks : [...marks, mark];
}

/** Telegram lets code stand in a quotation and in nothing else. */
export function aroundCode(marks: readonly Mark[]): readonly Mark[] {
  return marks.filter(({ tag }) => tag === 'blockquote');
}

/** What stands in a paragraph, a heading or a cell. */
export function inlineRuns(nodes: readonly MarkdownNode[], marks: readonly Mark[]): Run[] {
  return nodes.flatMap((node) => inlineRun(node, marks));
}

function inlineRun(node: MarkdownNode, marks: readonly Mark[]): Run[] {
  switch (node.type) {
    case 'softbreak':
    case 'hardbreak':
      return [{ text: '\n', marks }];
    case 'code_inline': {
      const inLink = marks.some(({ tag }) => tag === 'a');
      return [{ text: node.content, marks: inLink ? marks : [...aroundCode(marks), CODE] }];
    }
    case 'link':
      return linkRuns(node, node.attributes.get('href') ?? '', marks);
    case 'image':
      return linkRuns(node, node.attributes.get('src') ?? '', marks);
    case 'text':
      return [{ text: node.content, marks }];
    default: {
      const mark = MARKS[node.type];
      return inlineRuns(node.children, mark ? within(marks, mark) : marks);
    }
  }
}

/** A link with its text, or its address where it has none; only the text where the address is of no use. */
function linkRuns(node: MarkdownNode, address: string, marks: readonly Mark[]): Run[] {
  const inLink = marks.some(({ tag }) => tag === 'a');
  if (inLink || !LINK_SCHEME.test(address)) return inlineRuns(node.children, marks);
  const link: Mark = { tag: 'a', open: `<a href="${escapeAttribute(address)}">`, close: '</a>' };
  const runs = inlineRuns(node.children, [...marks, link]);
  return plainText(runs).trim() === '' ? [{ text: address, marks: [...marks, link] }] : runs;
}
