import fc from 'fast-check';
import { markdownToTelegram, MESSAGE_LIMIT } from './markdown-to-telegram';
import { richTextOf } from './markdown-blocks';
import { plainText } from './rich-text';
import { previewOf } from './preview';

const one = (markdown: string): string => markdownToTelegram(markdown).map(String).join('\n---\n');
const OPEN = /^<(b|i|s|pre|code|blockquote|a href="[^"<>]*"|code class="language-[^"<>]*")>/;

/**
 * The visible text of Telegram HTML, read as strictly as Telegram reads it.
 *
 * @throws when it is not well formed, or nests what must not be nested
 */
function visible(html: string): string {
  const open: string[] = [];
  let text = '';
  for (let rest = html; rest !== '';) {
    const [tag, opened = ''] = OPEN.exec(rest) ?? [];
    const [closing, closed = ''] = /^<\/([a-z]+)>/.exec(rest) ?? [];
    const [entity, named = ''] = /^&(lt|gt|amp);/.exec(rest) ?? [];
    if (tag !== undefined) {
      const name = opened.split(' ')[0] ?? '';
      const inCode = open.includes('code') || (open.includes('pre') && !opened.startsWith('code class'));
      if (inCode || open.includes(name)) throw new Error(`<${opened}> in ${open.join()}`);
      if (name === 'pre' && open.some((around) => around !== 'blockquote')) throw new Error('pre inside');
      if ((/&(?!lt;|gt;|amp;|quot;)/.exec(tag) ?? []).length > 0) throw new Error(`Stray & in ${tag}`);
      open.push(name);
    } else if (closing !== undefined) {
      if (open.pop() !== closed) throw new Error(`</${closed}> closes nothing`);
    } else if (entity !== undefined) {
      text += { lt: '<', gt: '>', amp: '&' }[named] ?? '';
    } else if (/^[<>&]/.test(rest)) {
      throw new Error(`Stray sign at ${rest.slice(0, 20)}`);
    } else {
      text += rest[0] ?? '';
    }
    rest = rest.slice((tag ?? closing ?? entity ?? '.').length);
  }
  if (open.length > 0) throw new Error(`Left open: ${open.join()}`);
  return text;
}
const withoutSpace = (text: string): string => text.replace(/[\s\p{Default_Ignorable_Code_Point}]/gu, '');

it.each([
  ['a heading', '# Title & *more*\ntext', '<b>Title &amp; <i>more</i></b>\n\ntext'],
  ['marks', '**b** *i* ~~s~~ ***bi***', '<b>b</b> <i>i</i> <s>s</s> <i><b>bi</b></i>'],
  ['bold in bold', '# a **b**', '<b>a b</b>'],
  ['code', 'x `a<b` y', 'x <code>a&lt;b</code> y'],
  ['code in bold', '**x `c` y**', '<b>x </b><code>c</code><b> y</b>'],
  [
    'a fence',
    '```ts\nif (a < b) {}\n\n  x\n```',
    '<pre><code class="language-ts">if (a &lt; b) {}\n\n  x</code></pre>',
  ],
  ['a fence without language', '```\na\n```', '<pre>a</pre>'],
  ['indented code', '    a\n      b', '<pre>a\n  b</pre>'],
  ['a link', '[a*b*](https://e.org/?x="1"&y=2)', '<a href="https://e.org/?x=%221%22&amp;y=2">a<i>b</i></a>'],
  ['a link of Telegram', '[me](tg://user?id=1)', '<a href="tg://user?id=1">me</a>'],
  ['an e-mail address', '<a@b.org>', '<a href="mailto:a@b.org">a@b.org</a>'],
  ['a link to elsewhere', '[a](ftp://e.org) [b](/c)', 'a b'],
  ['a link that would run', '[a](javascript:alert(1))', '[a](javascript:alert(1))'],
  ['a link without text', '[](https://e.org)', '<a href="https://e.org">https://e.org</a>'],
  ['an image', '![a](https://e.org/a.png)', '<a href="https://e.org/a.png">a</a>'],
  ['an image of elsewhere', '![a](a.png)', 'a'],
  ['an image in a link', '[![a](https://e.org/a.png)](https://e.org)', '<a href="https://e.org">a</a>'],
  ['a list', '- a\n- b\n  c', '• a\n• b\n  c'],
  ['lists in lists', '1. a\n   - b\n     - c\n2. d', '1. a\n   • b\n     • c\n2. d'],
  ['a list from 9', '9. a\n10. b', '9. a\n10. b'],
  ['a loose list', '- a\n\n- b', '• a\n• b'],
  ['code in a list', '- a\n  ```\n  x\n  ```', '• a\n<pre>x</pre>'],
  ['a quotation', '> a\n> > b\n>\n> c', '<blockquote>a\n\nb\n\nc</blockquote>'],
  ['a rule', 'a\n\n---\n\nb', 'a\n\n──────────\n\nb'],
  ['breaks', 'a\nb  \nc', 'a\nb\nc'],
  ['HTML, as text', '<b>x</b> &lt; <script>', '&lt;b&gt;x&lt;/b&gt; &lt; &lt;script&gt;'],
  [
    'a table',
    '| Name | n |\n|---|--:|\n| **Anna** | 1 |\n| Li | 20 |',
    '<pre>Name |  n\n-----+---\nAnna |  1\nLi   | 20</pre>',
  ],
])('renders %s', (_what, markdown, html) => {
  expect(one(markdown)).toBe(html);
  expect(() => visible(html)).not.toThrow();
});

it.each(['', ' \n ', '```\n```', '\u200b', '#'])('makes no message of %j', (markdown) => {
  expect(markdownToTelegram(markdown)).toEqual([]);
});

describe('Cutting', () => {
  const cut = (markdown: string, limit: number): string[] => markdownToTelegram(markdown, limit).map(String);

  it('goes between blocks, lines, sentences and words, in that order', () => {
    expect(cut('aaaa bbbb\n\ncccc\ndddd', 17)).toEqual(['aaaa bbbb', 'cccc\ndddd']);
    expect(cut('aaaa bbbb\ncccc. dddd', 17)).toEqual(['aaaa bbbb', 'cccc. dddd']);
    expect(cut('aaaa bbbb. cccc dddd', 17)).toEqual(['aaaa bbbb.', 'cccc dddd']);
    expect(cut('aaaa bbbb cccc dddd', 17)).toEqual(['aaaa bbbb cccc', 'dddd']);
  });

  it('makes no short message for the sake of a better end', () => {
    expect(cut('a\n\nbbb ccc ddd eee', 12)).toEqual(['a\n\nbbb ccc', 'ddd eee']);
  });

  it('keeps a heading with what it is the heading of', () => {
    expect(cut('aaaaaaaaaa\n\n# Head\n\nbbbbb bbbbb', 20)).toEqual([
      'aaaaaaaaaa',
      '<b>Head</b>\n\nbbbbb bbbbb',
    ]);
  });

  it('takes what fits exactly, and counts neither tags nor entities', () => {
    expect(cut('**<<<<**', 4)).toEqual(['<b>&lt;&lt;&lt;&lt;</b>']);
    expect(cut('aaaa bbbb', 4)).toEqual(['aaaa', 'bbbb']);
  });

  it('closes what is open and opens it again', () => {
    expect(cut('**[aaa bbb](https://e.org)**', 4)).toEqual([
      '<b><a href="https://e.org">aaa</a></b>',
      '<b><a href="https://e.org">bbb</a></b>',
    ]);
    expect(cut('```js\naaa\n  bbb\n```', 6)).toEqual([
      '<pre><code class="language-js">aaa</code></pre>',
      '<pre><code class="language-js">  bbb</code></pre>',
    ]);
  });

  it('splits neither entities, pairs nor graphemes', () => {
    expect(cut('&'.repeat(5), 2)).toEqual(['&amp;&amp;', '&amp;&amp;', '&amp;']);
    expect(cut('a😀😀', 4)).toEqual(['a😀', '😀']);
    expect(cut('aa👩‍👩‍👧b', 9)).toEqual(['aa', '👩‍👩‍👧b']);
  });

  it('wants a limit in which a character fits', () => {
    expect(() => cut('aaa', 1)).toThrow(RangeError);
    expect(() => cut('aaa', NaN)).toThrow(RangeError);
  });
});

const word = fc.oneof(
  fc.stringMatching(/^[a-zа-я]{1,12}[.,!?]?$/u),
  fc.constantFrom(
    '<b>',
    '&amp;',
    '"x"',
    '😀',
    '👩‍👩‍👧',
    'é',
    '`c<d`',
    '**e f**',
    '*g*',
    '~~h~~',
    '[i j](https://e.org/?a=1&b=2)',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
);
const line = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' '));
const block = fc.oneof(
  line,
  fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n')),
  line.map((text) => `## ${text}`),
  fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => lines.map((text) => `- ${text}`).join('\n')),
  fc.tuple(line, line, line).map(([a, b, c]) => `1. ${a}\n   - ${b}\n     > ${c}`),
  fc.tuple(line, line).map(([a, b]) => `> **${a}\n> ${b}**`),
  line.map((text) => `\`\`\`js\n${text}\n\n    ${text}\n\`\`\``),
  fc.tuple(word, word).map(([a, b]) => `| a | b |\n|---|:-:|\n| ${a} | ${b} |`),
  fc.constant('---'),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.stringMatching(/^x{30,80}$/),
);
const markdowns = fc.array(block, { maxLength: 10 }).map((blocks) => blocks.join('\n\n'));

it('loses nothing, however it is cut: every message is well formed, not empty and within the limit', () => {
  fc.assert(
    fc.property(markdowns, fc.integer({ min: 2, max: 200 }), (markdown, limit) => {
      const texts = markdownToTelegram(markdown, limit).map((message) => visible(message.toString()));
      for (const text of texts) {
        expect(text.length).toBeLessThanOrEqual(limit);
        expect(withoutSpace(text)).not.toBe('');
        expect(text.isWellFormed()).toBe(true);
      }
      expect(withoutSpace(texts.join(''))).toBe(withoutSpace(plainText(richTextOf(markdown).runs)));
    }),
    { numRuns: 500 },
  );
});

it('loses no word of what is written in Markdown', () => {
  const plain = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 6 });
  const shapes = [
    '%',
    '# %',
    '- %',
    '3. %',
    '> %',
    '**%**',
    '- a\n  - *%*',
    '```\n%\n```',
    '| h |\n|---|\n| % |',
  ];
  const written = fc.array(fc.tuple(fc.constantFrom(...shapes), plain), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(written, fc.integer({ min: 10, max: 60 }), (blocks, limit) => {
      const markdown = blocks
        .map(([shape, words]) => shape.replace('%', words.join(' ')))
        .join('\n\n<!-- -->\n\n');
      const text = withoutSpace(
        markdownToTelegram(markdown, limit)
          .map((message) => visible(message.toString()))
          .join(''),
      );
      let from = 0;
      for (const [, words] of blocks) {
        const at = text.indexOf(words.join(''), from);
        expect(at).toBeGreaterThanOrEqual(from);
        from = at + words.join('').length;
      }
    }),
  );
});

it('takes a long report in messages of a good length', () => {
  const paragraph = `${'Слово за словом, предложение за предложением. '.repeat(12).trim()}\n\n`;
  const messages = markdownToTelegram(paragraph.repeat(40));
  const lengths = messages.map((message) => visible(message.toString()).length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(MESSAGE_LIMIT);
  expect(Math.min(...lengths.slice(0, -1))).toBeGreaterThan(MESSAGE_LIMIT / 2);
});

describe('A preview', () => {
  it('is the whole of a short text', () => {
    expect(previewOf('**a** b', 10)).toMatchObject({ cut: false });
    expect(previewOf('**a** b', 10).html.toString()).toBe('<b>a</b> b');
  });

  it.each([
    ['aaaa bbbb\n\ncccc\ndddd', 19, 'aaaa bbbb\n…'],
    ['aaaa bbbb. cccc dddd', 19, 'aaaa bbbb. …'],
    ['**aaaa bbbb cccc dddd**', 18, '<b>aaaa bbbb cccc</b> …'],
    ['a'.repeat(10), 8, 'aaaaaa…'],
  ])('ends %j within %d cleanly', (markdown, limit, html) => {
    expect(previewOf(markdown, limit)).toMatchObject({ cut: true });
    expect(previewOf(markdown, limit).html.toString()).toBe(html);
  });

  it('is well formed, within its limit and the beginning of the text', () => {
    fc.assert(
      fc.property(markdowns, fc.integer({ min: 4, max: 200 }), (markdown, limit) => {
        const { html, cut } = previewOf(markdown, limit);
        const shown = visible(html.toString());
        const whole = withoutSpace(plainText(richTextOf(markdown).runs));
        expect(shown.length).toBeLessThanOrEqual(limit);
        if (!cut) expect(withoutSpace(shown)).toBe(whole);
        else expect(whole.startsWith(withoutSpace(shown.slice(0, -1)))).toBe(true);
      }),
    );
  });
});
