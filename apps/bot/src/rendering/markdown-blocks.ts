import { aroundCode, BOLD, inlineRuns, QUOTE, within } from './markdown-inlines';
import { MarkdownNode, parseMarkdown } from './markdown-tree';
import { isInvisible, Mark, plainText, Run } from './rich-text';
import { escapeAttribute } from './telegram-html';
import { Alignment, layOutTable } from './table';

/** A text ready to be cut into messages. */
export interface RichText {
  readonly runs: readonly Run[];
  /** Offsets in the plain text where a block ends that need not stay with the next, ascending. */
  readonly blockEnds: readonly number[];
}

const RULE = '──────────';
const BULLET = '• ';
const BETWEEN_BLOCKS = '\n\n';

/** Markdown as text with marks, its blocks an empty line apart. */
export function richTextOf(markdown: string): RichText {
  const runs: Run[] = [];
  const blockEnds: number[] = [];
  let length = 0;
  for (const node of parseMarkdown(markdown.toWellFormed())) {
    const block = blockRuns(node, []);
    const text = plainText(block);
    if (isInvisible(text)) continue;
    if (length > 0) runs.push({ text: BETWEEN_BLOCKS, marks: [] });
    length += (length > 0 ? BETWEEN_BLOCKS.length : 0) + text.length;
    runs.push(...block);
    if (node.type !== 'heading') blockEnds.push(length);
  }
  return { runs, blockEnds };
}

function blockRuns(node: MarkdownNode, marks: readonly Mark[]): Run[] {
  switch (node.type) {
    case 'heading':
      return inlineRuns(node.children, within(marks, BOLD));
    case 'fence':
    case 'code_block':
      return [{ text: node.content.replace(/\n$/, ''), marks: [...aroundCode(marks), pre(node.info)] }];
    case 'bullet_list':
    case 'ordered_list':
      return listRuns(node, marks);
    case 'blockquote': {
      const quoted = within(marks, QUOTE);
      return joined(node.children, quoted, BETWEEN_BLOCKS);
    }
    case 'hr':
      return [{ text: RULE, marks }];
    case 'table':
      return [{ text: tableText(node), marks: [...aroundCode(marks), pre('')] }];
    default:
      return inlineRuns(node.children, marks);
  }
}

/** @param info of a fence; its first word is the language */
function pre(info: string): Mark {
  const language = info.trim().split(/\s/)[0] ?? '';
  if (language === '') return { tag: 'pre', open: '<pre>', close: '</pre>' };
  return {
    tag: 'pre',
    open: `<pre><code class="language-${escapeAttribute(language)}">`,
    close: '</code></pre>',
  };
}

/** Blocks in another block; what stands between them belongs to it. */
function joined(nodes: readonly MarkdownNode[], marks: readonly Mark[], separator: string): Run[] {
  const blocks = nodes.map((node) => blockRuns(node, marks)).filter((runs) => !isInvisible(plainText(runs)));
  return blocks.flatMap((runs, index) => (index === 0 ? runs : [{ text: separator, marks }, ...runs]));
}

function listRuns(list: MarkdownNode, marks: readonly Mark[]): Run[] {
  const first = Number(list.attributes.get('start') ?? 1);
  return list.children.flatMap((item, index) => {
    const sign = list.type === 'ordered_list' ? `${first + index}. ` : BULLET;
    const content = joined(item.children, marks, '\n');
    const startsWithCode = content[0]?.marks.some(isPre) ?? false;
    const runs = [
      { text: startsWithCode ? `${sign}\n` : sign, marks },
      ...indented(content, ' '.repeat(sign.length)),
    ];
    return index === 0 ? runs : [{ text: '\n', marks }, ...runs];
  });
}

const isPre = ({ tag }: Mark): boolean => tag === 'pre';

/** All lines but the first moved to the right; code stays where it is, since there white space is content. */
function indented(runs: readonly Run[], by: string): Run[] {
  return runs.map(({ text, marks }, index) => {
    if (marks.some(isPre)) return { text, marks };
    const beforeCode = text.endsWith('\n') && (runs[index + 1]?.marks.some(isPre) ?? false);
    const moved = text.replaceAll('\n', `\n${by}`);
    return { text: beforeCode ? moved.slice(0, -by.length) : moved, marks };
  });
}

function tableText(table: MarkdownNode): string {
  const rows = table.children.flatMap(({ children }) => children.map((row) => row.children));
  const cells = rows.map((row) =>
    row.map(({ children }) => plainText(inlineRuns(children, [])).replace(/\s+/g, ' ').trim()),
  );
  return layOutTable(cells, (rows[0] ?? []).map(alignmentOf));
}

function alignmentOf(cell: MarkdownNode): Alignment {
  const aligned = /text-align:(center|right)/.exec(cell.attributes.get('style') ?? '')?.[1];
  return aligned === 'center' || aligned === 'right' ? aligned : 'left';
}
