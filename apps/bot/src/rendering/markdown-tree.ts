import MarkdownIt from 'markdown-it';

/** An element of a Markdown text: what stands between an opening and a closing token is its children. */
export interface MarkdownNode {
  /** As markdown-it names its tokens, without `_open`. */
  readonly type: string;
  /** Of text and code. */
  readonly content: string;
  /** Of a fence: what stands after its signs. */
  readonly info: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: MarkdownNode[];
}

const parser = new MarkdownIt({ html: false, linkify: false, typographer: false });
type Token = ReturnType<typeof parser.parse>[number];

/** CommonMark with tables and strikethrough; HTML in it is plain text. */
export function parseMarkdown(markdown: string): MarkdownNode[] {
  return treeOf(parser.parse(markdown, {}));
}

function treeOf(tokens: readonly Token[]): MarkdownNode[] {
  const root: MarkdownNode[] = [];
  const open = [root];
  for (const token of tokens) {
    if (token.nesting === -1) {
      open.pop();
      continue;
    }
    const node: MarkdownNode = {
      type: token.type.replace(/_open$/, ''),
      content: token.content,
      info: token.info,
      attributes: new Map((token.attrs ?? []).map(([name, value]) => [name, String(value)])),
      children: treeOf(token.children ?? []),
    };
    (open.at(-1) ?? root).push(node);
    if (token.nesting === 1) open.push(node.children);
  }
  return root;
}
