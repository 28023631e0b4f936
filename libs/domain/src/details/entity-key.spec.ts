import { OWNER } from '@test/domain/some';
import { entityKey, personIdOf, placeIdOf } from './entity-key';

const OTHER_OWNER = '66666666-6666-4666-8666-666666666666';

it.each([
  ['«Гранд Отель»', 'гранд-отель'],
  ['Ёлки', 'ЕЛКИ'],
  ['O’Neil', "o'neil"],
  ['И.П. Сидоров', 'и. п.  сидоров'],
  ['Straße', 'STRASSE'],
  ['Cafe\u0301', 'Café'],
  ['Ｈｏｔｅｌ　１', 'hotel 1'],
  ['Grand\u00ad Hotel', 'Grand – Hotel'],
])('%j and %j are one', (one, other) => {
  expect(entityKey('place', one)).toBe(entityKey('place', other));
  expect(personIdOf(OWNER, one)).toBe(personIdOf(OWNER, other));
});

it.each([
  ['Анна', 'Ан на'],
  ['Bar', 'Bar+'],
  ['Иванов', 'Иванова'],
  ['***', '!!!'],
])('%j and %j are two', (one, other) => {
  expect(entityKey('person', one)).not.toBe(entityKey('person', other));
});

it('tells houses of one name apart by their city, and people by nothing but their name', () => {
  expect(placeIdOf(OWNER, 'Hilton', 'Berlin')).toBe(placeIdOf(OWNER, '"hilton"', 'BERLIN'));
  const ids = [placeIdOf(OWNER, 'Hilton', 'Berlin'), placeIdOf(OWNER, 'Hilton', 'Bonn')];
  expect(
    new Set([...ids, placeIdOf(OWNER, 'Hilton', null), placeIdOf(OWNER, 'Hilton Berlin', null)]).size,
  ).toBe(4);
  expect(entityKey('person', 'Ann', 'Bonn')).toBe(entityKey('person', 'Ann'));
});

it('gives workspaces entities of their own', () => {
  expect(placeIdOf(OWNER, 'Hilton', null)).not.toBe(placeIdOf(OTHER_OWNER, 'Hilton', null));
  expect(personIdOf(OWNER, 'Ann')).not.toBe(personIdOf(OTHER_OWNER, 'Ann'));
});
