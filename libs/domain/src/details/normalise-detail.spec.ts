import { BUILDING_TYPES, DetailField, missingDetails } from './detail-fields';
import { normaliseDetail } from './normalise-detail';
import { normaliseDetails } from './normalise-details';

it.each<[DetailField, string, string]>([
  ['date', '2026-11-23', '2026-11-23'],
  ['date', '2026.11.23', '2026-11-23'],
  ['date', ' 23.11.2026 ', '2026-11-23'],
  ['date', '3/4/2026', '2026-04-03'],
  ['date', '2026/1/9', '2026-01-09'],
  ['date', '23.11.2026 г.', '2026-11-23'],
  ['date', '29.02.2028', '2028-02-29'],
  ['employee', 'ИВАН  ПЕТРОВ', 'Иван Петров'],
  ['client', 'IBM', 'IBM'],
  ['client', 'ibm', 'Ibm'],
  ['employee', 'и.п. сидоров', 'И.П. Сидоров'],
  ['employee', 'anna-maria o’neil', 'Anna-Maria O’Neil'],
  ['client', "мар'яна", "Мар'яна"],
  ['client', 'Ludwig van Beethoven', 'Ludwig van Beethoven'],
  ['place', ' «Гранд  ОТЕЛЬ» ', '«Гранд ОТЕЛЬ»'],
  ['place', 'Cafe\u0301', 'Café'],
  ['buildingType', 'Отель', 'hotel'],
  ['buildingType', 'ГОСТИНИЦА', 'hotel'],
  ['buildingType', 'Restaurant', 'restaurant'],
  ['buildingType', 'health-centre', 'health-centre'],
  ['buildingType', 'Медицинский центр', 'health-centre'],
  ['auditNumber', '№ 17-А', '17-А'],
  ['zone', 'спа\tи бассейн', 'спа и бассейн'],
  ['tags', '#Spa, breakfast,, #spa #Зима', 'spa, breakfast, зима'],
])('%s: %j becomes %j, and stays so', (field, raw, value) => {
  expect(normaliseDetail(field, raw)).toEqual({ value });
  expect(normaliseDetail(field, value)).toEqual({ value });
});

it.each<[DetailField, string, string]>([
  ['date', '31.02.2026', 'not_a_date'],
  ['date', '29.02.2026', 'not_a_date'],
  ['date', '11/23/2026', 'not_a_date'],
  ['date', '2026-11.23', 'not_a_date'],
  ['date', '23.11.26', 'not_a_date'],
  ['date', 'yesterday', 'not_a_date'],
  ['buildingType', 'castle', 'unknown_choice'],
  ['employee', '12', 'not_a_name'],
  ['place', '—', 'not_a_name'],
  ['auditNumber', '№', 'not_a_name'],
  ['zone', ' \n ', 'empty'],
  ['tags', ' , #', 'empty'],
  ['tags', Array.from({ length: 31 }, (_, n) => n).join(','), 'too_many_tags'],
  ['tags', 'x'.repeat(51), 'tag_too_long'],
  ['employee', 'x'.repeat(121), 'too_long'],
  ['city', 'Bonn\u0007', 'unreadable'],
])('%s: %j is refused', (field, raw, code) => {
  const result = normaliseDetail(field, raw);
  expect(result).toEqual({ problem: { code, message: expect.stringMatching(/\.$/) } });
});

it('takes the names of the choices themselves', () => {
  for (const type of BUILDING_TYPES) expect(normaliseDetail('buildingType', type)).toEqual({ value: type });
});

it('lists all bad fields, trims free ones, and leaves null alone', () => {
  expect(normaliseDetails({ date: '23.11.2026', room: ' 12 ', city: null })).toEqual({
    details: { date: '2026-11-23', room: '12', city: null },
  });
  const bad = normaliseDetails({
    date: 'soon',
    buildingType: 'castle',
    city: 'Bonn',
    ['x'.repeat(101)]: 'y',
  });
  expect('problems' in bad && bad.problems.map(({ field }) => field.slice(0, 12))).toEqual([
    ...['date', 'buildingType', 'xxxxxxxxxxxx'],
  ]);
});

it('keeps names that objects have by themselves as free details', () => {
  const given = JSON.parse('{"__proto__":"a","toString":"b"}') as Record<string, string>;
  const result = normaliseDetails(given);
  expect(JSON.stringify('details' in result && result.details)).toBe('{"__proto__":"a","toString":"b"}');
});

it('says what a scenario still lacks, in the usual order', () => {
  expect(missingDetails('interview', { place: 'Adlon', date: '2026-11-23' })).toEqual([
    ...['employee', 'client', 'buildingType'],
  ]);
  expect(missingDetails('note', {})).toEqual([]);
  expect(missingDetails('design-audit', { zone: '' })).toContain('zone');
});
