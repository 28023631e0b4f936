import fc from 'fast-check';
import { escapeAttribute, escapeHtml, html, joinHtml, trustedHtml } from './telegram-html';

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

it('escapes exactly what Telegram asks for', () => {
  expect(escapeHtml(`<b> & "it's" &amp;`)).toBe(`&lt;b&gt; &amp; "it's" &amp;amp;`);
  expect(escapeAttribute('https://a.b/?x="1"&y')).toBe('https://a.b/?x=&quot;1&quot;&amp;y');
});

it('loses nothing by escaping', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeHtml(text)).not.toMatch(/[<>]/);
      expect(unescaped(escapeHtml(text))).toBe(text);
    }),
  );
});

it('escapes what is interpolated unless it is Telegram HTML already', () => {
  const name = html`<b>${'<Ann & co>'}</b>`;
  expect(name.toString()).toBe('<b>&lt;Ann &amp; co&gt;</b>');
  expect(html`${name}, ${3}: ${'</i>'}`.toString()).toBe('<b>&lt;Ann &amp; co&gt;</b>, 3: &lt;/i&gt;');
});

it('does not take plain text for HTML because it reads like some that was made before', () => {
  const made = html`<b>${'x'}</b>`;
  expect(html`${made.toString()}`.toString()).toBe('&lt;b&gt;x&lt;/b&gt;');
});

it('joins arrays', () => {
  expect(html`${[html`<i>a</i>`, '<', [1, 2]]}`.toString()).toBe('<i>a</i>&lt;12');
  expect(joinHtml([trustedHtml('<b>a</b>'), html`${'&'}`], '\n').toString()).toBe('<b>a</b>\n&amp;');
});

it('is a string in JSON, so that it can be sent', () => {
  expect(JSON.stringify({ text: html`<b>${'a'}</b>` })).toBe('{"text":"<b>a</b>"}');
});
