import { html } from '../rendering/telegram-html';
import en from './en.json';
import { compileMessage } from './message-format';
import ru from './ru.json';
import { createTexts, isTextKey, Language, LANGUAGES, languageOf, TextKey } from './texts';

/** What the parser makes of a message, as far as it is looked at here; the numbers are its own. */
interface Element {
  type: number;
  value: string;
  options?: Record<string, { value: Element[] }>;
}
const ARGUMENTS: Readonly<Record<number, string>> = {
  ...{ 1: 'argument', 2: 'number', 3: 'date', 4: 'time', 5: 'select', 6: 'plural' },
};

const SOURCES: Record<Language, Record<string, string>> = { en, ru };
const KEYS = Object.keys(en) as TextKey[];
const textsOf = createTexts();

function elements(source: string, language: Language): Element[] {
  const nested = (list: Element[]): Element[] =>
    list.flatMap((element) => [
      element,
      ...Object.values(element.options ?? {}).flatMap((option) => nested(option.value)),
    ]);
  return nested(compileMessage(source, language).getAst() as unknown as Element[]);
}

/** `name: kind` of every argument, sorted. */
function argumentsOf(source: string, language: Language): string[] {
  const named = elements(source, language)
    .filter(({ type }) => type in ARGUMENTS)
    .map(({ type, value }) => `${value}: ${ARGUMENTS[type] ?? ''}`);
  return [...new Set(named)].sort();
}

function sampleValues(key: TextKey, count: number, text = 'Sample'): Record<string, string | number> {
  const pairs = argumentsOf(SOURCES.en[key]!, 'en').map((argument): [string, string | number] => {
    const [name = '', kind] = argument.split(': ');
    return [name, kind === 'argument' ? text : count];
  });
  return Object.fromEntries(pairs);
}

const isButton = (key: string): boolean => key.startsWith('button.');
const isAlert = (key: string): boolean =>
  /^(access|clip\.coming|detail\.invalid$|recording\.gone|transcript\.not-ready|card\.(saved|one-at-a-time)|(retry|stop|report)\.(begun|refused))/.test(
    key,
  );
const isCommand = (key: string): boolean => key.startsWith('commands.');
/** Names of things stand in buttons and in other texts. */
const isName = (key: string): boolean =>
  /^(recording-status|stage|scenario|building|language|role|reason|field)\./.test(key);

function isWellFormed(said: string): boolean {
  const open: string[] = [];
  for (const [, slash, name = ''] of said.matchAll(/<(\/?)(b|i|code)>/g)) {
    if (slash !== '/') open.push(name);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0 && !/[<>&]/.test(said.replace(/<\/?(b|i|code)>|&(lt|gt|amp);/g, ''));
}

it('has the same keys in both languages', () => {
  expect(Object.keys(ru)).toEqual(Object.keys(en));
});

describe.each(LANGUAGES)('In %s', (language) => {
  it('no text is empty or has space around it', () => {
    const bad = KEYS.filter((key) => !/^\S([^]*\S)?$/.test(SOURCES[language][key]!));
    expect(bad).toEqual([]);
  });

  it('every text renders with sample values', () => {
    const bad = KEYS.filter((key) =>
      [0, 1, 2, 5, 21, 1000].some((count) => {
        const said = textsOf(language).text(key, sampleValues(key, count)).toString();
        return /[{}]|undefined|#/.test(said) || said.length > 4096;
      }),
    );
    expect(bad).toEqual([]);
  });

  it('every text has tags that Telegram knows, opened and closed in order, and no stray signs', () => {
    const bad = KEYS.filter(
      (key) => !isWellFormed(textsOf(language).text(key, sampleValues(key, 1)).toString()),
    );
    expect(bad).toEqual([]);
    expect(['<b>a', '</b>', '<b><i></b></i>', '<u>a</u>', 'a & b'].filter(isWellFormed)).toEqual([]);
  });

  it('buttons, alerts, commands and names are plain and within the limits of Telegram', () => {
    const plain = KEYS.filter((key) => [isButton, isAlert, isCommand, isName].some((is) => is(key)));
    expect(plain.length).toBeGreaterThan(80);
    for (const key of plain) {
      const said = textsOf(language).plain(key, sampleValues(key, 1000));
      expect(said).not.toMatch(/[<>&\n]/);
      if (isAlert(key)) expect(said.length).toBeLessThanOrEqual(200);
      if (isButton(key)) expect(said.length).toBeLessThanOrEqual(30);
      if (isCommand(key)) expect(said.length).toBeLessThanOrEqual(256);
    }
  });

  it('escapes values, and leaves Telegram HTML as it is', () => {
    const speak = textsOf(language);
    const values = { name: '<b>&', body: html`<i>${'x<'}</i>` };
    expect(speak.text('report.preview', values).toString()).toBe('📄 <b>&lt;b&gt;&amp;</b>\n\n<i>x&lt;</i>');
    expect(speak.plain('button.write-report', { title: 'a<b{c}' })).toContain(': a<b{c}');
  });

  it('wants every value that a text names', () => {
    expect(() => textsOf(language).text('start.unknown')).toThrow(/id/);
  });
});

it('takes the same values in both languages', () => {
  const of = (language: Language): string[][] =>
    KEYS.map((key) => [key, ...argumentsOf(SOURCES[language][key]!, language)]);
  expect(of('ru')).toEqual(of('en'));
});

it('has every form that Russian has, where a text has forms at all', () => {
  const plurals = KEYS.flatMap((key) =>
    elements(SOURCES.ru[key]!, 'ru').filter(({ type }) => ARGUMENTS[type] === 'plural'),
  );
  const withForms = plurals
    .map(({ options }) => Object.keys(options!))
    .filter((forms) => forms.includes('one'));
  expect(withForms.length).toBeGreaterThan(5);
  for (const forms of withForms) {
    expect(forms).toEqual(expect.arrayContaining(['one', 'few', 'many', 'other']));
  }
});

it.each([
  [1, '1 запись'],
  [2, '2 записи'],
  [5, '5 записей'],
  [11, '11 записей'],
  [21, '21 запись'],
  [1.5, '1,5 записи'],
])('counts %d in Russian', (count, said) => {
  expect(textsOf('ru').text('erase.ask', { count }).toString()).toContain(said);
});

it('says "next" to the first of the queue', () => {
  expect(textsOf('en').plain('status.queued', { name: 'a', before: 0 })).toContain('It is next.');
  expect(textsOf('en').plain('status.queued', { name: 'a', before: 3 })).toContain('3 files are before it.');
});

it.each([
  ['en', 'en'],
  ['ru', 'ru'],
  ['ru-RU', 'ru'],
  ['EN_gb', 'en'],
  ['de', 'en'],
  ['', 'en'],
  [undefined, 'en'],
])('speaks to %s in %s', (code, language) => {
  expect(languageOf(code)).toBe(language);
  expect(textsOf(code ?? '').language).toBe(language);
});

it('writes lists, numbers and times as the language does', () => {
  const moment = new Date('2026-11-24T21:30:00Z');
  const [english, russian] = [textsOf('en'), textsOf('ru')];
  expect(english.list(['a', 'b', 'c'])).toBe('a, b, and c');
  expect(russian.list(['а', 'б', 'в'])).toBe('а, б и в');
  expect(english.number(1234.5)).toBe('1,234.5');
  expect(russian.number(0.5, { style: 'percent' })).toMatch(/^50\s%$/);
  expect(english.date(moment, 'Europe/Moscow')).toBe('Nov 25, 2026');
  expect(russian.dateTime(moment, 'Europe/Moscow')).toMatch(/^25 нояб\. 2026\D+00:30$/);
});

it('knows which keys are texts', () => {
  expect([isTextKey('reason.timeout'), isTextKey('reason.?'), isTextKey('toString')]).toEqual([
    ...[true, false, false],
  ]);
});
