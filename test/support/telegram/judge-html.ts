import { checkedLink, linkedUser } from './links';
import { badRequest, Refusal } from './refusal';
import { Entity, FormattedText } from './types';

/** Telegram's tags, and the entity that each makes. */
const TAGS: Record<string, string> = {
  a: 'text_link',
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  'tg-spoiler': 'spoiler',
  span: 'spoiler',
  'tg-emoji': 'custom_emoji',
};

const NAMED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' };

const MOST_REFERENCE_LENGTH = 9;
const LAST_CODE_POINT = 0x10ffff;

interface OpenTag {
  name: string;
  attributes: Map<string, string>;
  offset: number;
}

/**
 * Reads what Telegram calls HTML.
 *
 * @throws Refusal 400 "can't parse entities: …", with the byte offset of the tag where Telegram gives it
 */
export function parseHtml(html: string): FormattedText {
  return new HtmlReader(html).read();
}

class HtmlReader {
  private at = 0;
  private text = '';
  private readonly open: OpenTag[] = [];
  private readonly entities: Entity[] = [];

  constructor(private readonly html: string) {}

  read(): FormattedText {
    while (this.at < this.html.length) {
      const character = this.here();
      if (character === '<') this.tag();
      else this.text += character === '&' ? this.reference() : this.next();
    }
    const unclosed = this.open.at(-1);
    if (unclosed) throw unparsed(`Can't find end tag corresponding to start tag "${unclosed.name}"`);
    const entities = this.entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length);
    return { text: this.text, entities };
  }

  /** The character under the reader; empty at the end. */
  private here(): string {
    return this.html.charAt(this.at);
  }

  private next(): string {
    const character = this.here();
    this.at += 1;
    return character;
  }

  /** Reads on while characters match; the end never does. */
  private takeWhile(pattern: RegExp): string {
    const from = this.at;
    while (this.here() !== '' && pattern.test(this.here())) this.at += 1;
    return this.html.slice(from, this.at);
  }

  private byteOffset(position: number): number {
    return Buffer.byteLength(this.html.slice(0, position));
  }

  /** A character reference; what Telegram does not know stays as it is written. */
  private reference(): string {
    const rest = this.html.slice(this.at);
    const numeric = /^&#(?:x([\da-f]+)|(\d+))/i.exec(rest);
    const named = /^&([a-z]+)/i.exec(rest);
    let meant: string | undefined;
    if (numeric && numeric[0].length <= MOST_REFERENCE_LENGTH) {
      const code = numeric[1] === undefined ? Number(numeric[2]) : parseInt(numeric[1], 16);
      if (code > 0 && code < LAST_CODE_POINT) meant = String.fromCodePoint(code);
    } else if (named?.[1] !== undefined) {
      meant = NAMED[named[1]];
    }
    if (meant === undefined) return this.next();
    this.at += (numeric ?? named)?.[0].length ?? 1;
    if (this.here() === ';') this.at += 1;
    return meant;
  }

  private tag(): void {
    const begin = this.at;
    this.at += 1;
    if (this.here() === '/') this.endTag(begin);
    else this.startTag(begin);
  }

  private startTag(begin: number): void {
    const offset = this.byteOffset(begin);
    const name = this.takeWhile(/[^\s>]/).toLowerCase();
    if (this.here() === '') throw unparsed(`Unclosed start tag at byte offset ${offset}`);
    if (!Object.hasOwn(TAGS, name))
      throw unparsed(`Unsupported start tag "${name}" at byte offset ${offset}`);
    const attributes = this.attributes(name, offset);
    this.at += 1;
    if (name === 'span' && attributes.get('class') !== 'tg-spoiler')
      throw unparsed(`Tag "span" must have class "tg-spoiler" at byte offset ${offset}`);
    this.open.push({ name, attributes, offset: this.text.length });
  }

  private attributes(tag: string, offset: number): Map<string, string> {
    const attributes = new Map<string, string>();
    const unclosed = (): Refusal => unparsed(`Unclosed start tag "${tag}" at byte offset ${offset}`);
    for (;;) {
      this.takeWhile(/\s/);
      if (this.here() === '>') return attributes;
      if (this.here() === '') throw unclosed();
      const name = this.takeWhile(/[^\s=>/"']/);
      if (name === '') throw unparsed(`Empty attribute name in the tag "${tag}" at byte offset ${offset}`);
      this.takeWhile(/\s/);
      attributes.set(name, this.attributeValue());
      if (this.at >= this.html.length) throw unclosed();
    }
  }

  /** What follows the name of an attribute; empty where there is no `=`. */
  private attributeValue(): string {
    if (this.here() !== '=') return '';
    this.at += 1;
    this.takeWhile(/\s/);
    const quote = this.here();
    if (quote !== '"' && quote !== "'") {
      const begin = this.at;
      const token = this.takeWhile(/[a-z\d.-]/i).toLowerCase();
      if (this.here() !== '' && !/[\s>]/.test(this.here()))
        throw unparsed(`Unexpected end of name token at byte offset ${this.byteOffset(begin)}`);
      return token;
    }
    this.at += 1;
    let value = '';
    while (this.here() !== '' && this.here() !== quote)
      value += this.here() === '&' ? this.reference() : this.next();
    if (this.here() === quote) this.at += 1;
    return value;
  }

  private endTag(begin: number): void {
    const offset = this.byteOffset(begin);
    const tag = this.open.pop();
    if (!tag) throw unparsed(`Unexpected end tag at byte offset ${offset}`);
    this.at += 1;
    const name = this.takeWhile(/[^\s>]/);
    this.takeWhile(/\s/);
    if (this.here() !== '>') throw unparsed(`Unclosed end tag at byte offset ${offset}`);
    this.at += 1;
    if (name !== '' && name !== tag.name) {
      const met = `expected "</${tag.name}>", found "</${name}>"`;
      throw unparsed(`Unmatched end tag at byte offset ${offset}, ${met}`);
    }
    this.close(tag);
  }

  /** What the closed tag means; one around nothing means nothing. */
  private close(tag: OpenTag): void {
    const { offset, attributes } = tag;
    const length = this.text.length - offset;
    if (length === 0) return;
    const entity: Entity = { type: TAGS[tag.name] ?? tag.name, offset, length };
    if (tag.name === 'a') {
      const link = attributes.get('href') || this.text.slice(offset);
      const user = linkedUser(link);
      const url = checkedLink(link);
      if (url === undefined) return;
      this.entities.push(user ? { ...entity, type: 'text_mention', user: { id: user } } : { ...entity, url });
      return;
    }
    if (tag.name === 'blockquote' && attributes.has('expandable')) entity.type = 'expandable_blockquote';
    if (tag.name === 'tg-emoji') entity.custom_emoji_id = attributes.get('emoji-id') ?? '';
    const language = /^language-(.+)$/.exec(attributes.get('class') ?? '')?.[1];
    if (tag.name === 'code' && language && this.open.at(-1)?.name === 'pre') entity.language = language;
    if (tag.name === 'pre') this.mergeCode(entity);
    this.entities.push(entity);
  }

  /** <pre><code class="language-…"> is one entity. */
  private mergeCode(pre: Entity): void {
    const code = this.entities.at(-1);
    if (code?.type !== 'code' || code.offset !== pre.offset || code.length !== pre.length) return;
    this.entities.pop();
    if (code.language !== undefined) pre.language = code.language;
  }
}

function unparsed(why: string): Refusal {
  return badRequest(`can't parse entities: ${why}`);
}
