import { parseHtml } from './judge-html';
import { Refusal } from './refusal';
import { renderHtml } from './render-html';

const refusal = (html: string): string => {
  try {
    parseHtml(html);
  } catch (error) {
    if (error instanceof Refusal) return error.description;
    throw error;
  }
  throw new Error(`"${html}" was parsed`);
};

describe("Telegram's HTML", () => {
  it.each([
    ['<b>bold</b>', 'bold', [{ type: 'bold', offset: 0, length: 4 }]],
    ['🎧 <i>x</i>', '🎧 x', [{ type: 'italic', offset: 3, length: 1 }]],
    ['<STRONG>a</strong>', 'a', [{ type: 'bold', offset: 0, length: 1 }]],
    ['<b></b>x', 'x', []],
    ['a &lt;b&gt; &amp;&quot;&#39;&#x41;', `a <b> &"'A`, []],
    ['&nbsp; &copy; AT&T', '&nbsp; &copy; AT&T', []],
    ['<span class="tg-spoiler">s</span>', 's', [{ type: 'spoiler', offset: 0, length: 1 }]],
    ['<blockquote expandable>q</blockquote>', 'q', [{ type: 'expandable_blockquote', offset: 0, length: 1 }]],
    [
      '<pre><code class="language-ts">x</code></pre>',
      'x',
      [{ type: 'pre', offset: 0, length: 1, language: 'ts' }],
    ],
    [
      '<a href="http://example.com/?a=1&amp;b=2">x</a>',
      'x',
      [{ type: 'text_link', offset: 0, length: 1, url: 'http://example.com/?a=1&b=2' }],
    ],
    ['<a href="javascript:alert(1)">x</a>', 'x', []],
    [
      '<b>a<i>b</i></b>',
      'ab',
      [
        { type: 'bold', offset: 0, length: 2 },
        { type: 'italic', offset: 1, length: 1 },
      ],
    ],
  ])('reads %s', (html, text, entities) => {
    expect(parseHtml(html)).toEqual({ text, entities });
  });

  it.each([
    ['ж<p>x</p>', 'Unsupported start tag "p" at byte offset 2'],
    ['a <b>x', 'Can\'t find end tag corresponding to start tag "b"'],
    ['<b><i>x</b></i>', 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'],
    ['x</b>', 'Unexpected end tag at byte offset 1'],
    ['1 < 2', 'Unsupported start tag "" at byte offset 2'],
    ['x <b', 'Unclosed start tag at byte offset 2'],
    ['<a href="x', 'Unclosed start tag "a" at byte offset 0'],
    ['<a href=x:y>', 'Unexpected end of name token at byte offset 8'],
    ['<b>x</b', 'Unclosed end tag at byte offset 4'],
    ['<span class="red">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
    ['<br/>', 'Unsupported start tag "br/" at byte offset 0'],
  ])('refuses %s', (html, why) => {
    expect(refusal(html)).toBe(`Bad Request: can't parse entities: ${why}`);
  });

  it('is written back as it was read', () => {
    const html =
      '<b>A &amp; <i>b</i></b> <a href="https://example.com/">link</a>\n<blockquote expandable>q <code>1 &lt; 2</code></blockquote>';
    expect(renderHtml(parseHtml(html))).toBe(html);
  });
});
