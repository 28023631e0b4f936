import { parseCaption } from './parse-caption';

const lines = (...all: string[]): string => all.join('\n');
const INTERVIEW = { scenario: 'interview' as const };

it('reads labelled lines in Russian, in any order', () => {
  const text = lines(
    'Сценарий: Дизайн-аудит',
    'Город: Берлин',
    'аудит №: 17',
    'ДАТА - 23.11.2026',
    'Сотрудник : ИВАН ПЕТРОВ',
    'Клиент: Мария',
    'Заведение: «Гранд»',
    'Тип здания: отель',
    'Зона: спа',
    'Теги: Завтрак, шум',
  );
  expect(parseCaption(text)).toEqual({
    scenario: 'design-audit',
    details: {
      ...{ auditNumber: '17', date: '2026-11-23', employee: 'Иван Петров', client: 'Мария' },
      ...{ place: '«Гранд»', buildingType: 'hotel', zone: 'спа', city: 'Берлин', tags: 'завтрак, шум' },
    },
    problems: [],
    unknown: [],
  });
});

it.each(['Аудит № 17', 'аудит #17', 'Audit no. 17', '№: 17', '№ 17', 'Audit — 17', 'Номер аудита: 17'])(
  'reads the number of an audit from %j',
  (line) => expect(parseCaption(line)).toMatchObject({ details: { auditNumber: '17' }, unknown: [] }),
);

it('reads labelled lines in English, and tags anywhere', () => {
  const text = lines(
    'Interview #first',
    'Date: 2026.11.23',
    'Place: Adlon #Spa',
    'Audit #A-5',
    '#late #first',
  );
  expect(parseCaption(text)).toEqual({
    scenario: 'interview',
    details: { auditNumber: 'A-5', date: '2026-11-23', place: 'Adlon', tags: 'first, spa, late' },
    problems: [],
    unknown: [],
  });
});

it('reads lines in the usual order of their scenario', () => {
  const audit = lines('17', '2026-11-23', 'Ivan Petrov', 'Grand Hotel', 'hotel', 'spa', 'Berlin');
  expect(parseCaption(audit, { scenario: 'design-audit' })).toMatchObject({
    details: {
      ...{ auditNumber: '17', date: '2026-11-23', employee: 'Ivan Petrov', place: 'Grand Hotel' },
      ...{ buildingType: 'hotel', zone: 'spa', city: 'Berlin' },
    },
    unknown: [],
  });
  const interview = lines('Интервью', '23.11.2026', 'Иван Петров', 'Мария', 'Адлон', 'отель');
  expect(parseCaption(interview)).toMatchObject({
    scenario: 'interview',
    details: { employee: 'Иван Петров', client: 'Мария', place: 'Адлон', buildingType: 'hotel' },
    unknown: [],
  });
});

it('mixes labels and the usual order', () => {
  const text = lines('Клиент: Мария', '23.11.2026', 'Иван Петров', 'Адлон', 'отель');
  expect(parseCaption(text, INTERVIEW)).toMatchObject({
    details: { date: '2026-11-23', employee: 'Иван Петров', client: 'Мария', place: 'Адлон' },
    unknown: [],
  });
});

describe('Never guesses', () => {
  it('which of two fields the last line is', () => {
    const text = lines('23.11.2026', 'Ivan', 'Maria', 'Adlon', 'hotel', 'Mitte');
    expect(parseCaption(text, INTERVIEW)).toMatchObject({
      details: { employee: 'Ivan', client: 'Maria', place: 'Adlon', buildingType: 'hotel' },
      unknown: ['Mitte'],
    });
  });
  it.each([
    ['too few lines', ['23.11.2026', 'Ivan', 'Adlon', 'hotel'], ['Ivan', 'Adlon']],
    ['a type that is none of ours', ['23.11.2026', 'Ivan', 'Maria', 'Adlon', 'castle', 'Bonn'], null],
    ['another order', ['hotel', 'Ivan', 'Maria', 'Adlon', '23.11.2026'], ['Ivan', 'Maria', 'Adlon']],
    [
      'a person with digits',
      ['23.11.2026', 'Ivan 2', 'Maria', 'Adlon', 'hotel'],
      ['Ivan 2', 'Maria', 'Adlon'],
    ],
    ['nothing that tells', ['Ivan', 'Maria', 'Adlon', 'Spa', 'Berlin'], null],
  ])('with %s', (_, all, unknown) => {
    const parsed = parseCaption(lines(...all), INTERVIEW);
    expect(parsed.unknown).toEqual(unknown ?? all.filter((line) => !line.startsWith('23.')));
    expect(parsed.details).not.toHaveProperty('employee');
    expect(parsed.details).not.toHaveProperty('place');
  });
  it('by order when it does not know the scenario, nor in a note', () => {
    const all = ['23.11.2026', 'Ivan', 'Maria', 'Adlon', 'hotel'];
    const certain = {
      details: { date: '2026-11-23', buildingType: 'hotel' },
      unknown: ['Ivan', 'Maria', 'Adlon'],
    };
    expect(parseCaption(lines(...all))).toMatchObject(certain);
    expect(parseCaption(lines(...all), { scenario: 'note' })).toMatchObject(certain);
  });
  it('which of two dates is meant', () => {
    expect(parseCaption(lines('23.11.2026', '24.11.2026'), INTERVIEW)).toMatchObject({
      details: {},
      unknown: ['23.11.2026', '24.11.2026'],
    });
  });
  it('what a stranger label means', () => {
    const strange = ['Погода: дождь', 'Call at 12:30', 'Номер: 305', 'No: never', 'Аудит: прошёл хорошо'];
    expect(parseCaption(lines(...strange))).toMatchObject({ details: {}, unknown: strange });
    expect(parseCaption('Audit No. 5 went well')).toMatchObject({ details: {} });
  });
});

describe('Problems', () => {
  it('name the line, the field and what to do', () => {
    const text = lines('Date: 31.02.2026', 'Building type: castle', 'Scenario: party', 'City:');
    const { problems, details, unknown } = parseCaption(text);
    expect(problems.map(({ line, field, code }) => [line, field, code])).toEqual([
      ['Scenario: party', 'scenario', 'unknown_scenario'],
      ['Date: 31.02.2026', 'date', 'not_a_date'],
      ['Building type: castle', 'buildingType', 'unknown_choice'],
      ['City:', 'city', 'empty'],
    ]);
    expect([details, unknown]).toEqual([{}, []]);
  });
  it('say that a date without a label is none', () => {
    expect(parseCaption('31.02.2026').problems).toMatchObject([{ field: 'date', code: 'not_a_date' }]);
  });
  it('say that a field is said to be two things, and take neither', () => {
    const { problems, details, scenario } = parseCaption(
      lines('City: Bonn', 'Город: Köln', 'note', 'interview'),
    );
    expect(problems.map(({ field, code }) => `${field} ${code}`)).toEqual([
      ...['scenario said_twice', 'scenario said_twice', 'city said_twice', 'city said_twice'],
    ]);
    expect([details, scenario]).toEqual([{}, null]);
    expect(parseCaption(lines('City: Bonn', 'Город: Bonn')).details).toEqual({ city: 'Bonn' });
  });
});

it('reads nothing from nothing', () => {
  expect(parseCaption(' \n\n')).toEqual({ scenario: null, details: {}, problems: [], unknown: [] });
});

it('ends soon on any text', () => {
  const started = performance.now();
  parseCaption(lines('23.11.2026', ...Array<string>(40).fill(`${'a '.repeat(1_000)}!`)), INTERVIEW);
  expect(performance.now() - started).toBeLessThan(1_000);
});
