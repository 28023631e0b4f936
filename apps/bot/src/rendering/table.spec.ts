import { layOutTable } from './table';

it('aligns columns, also where characters are two columns wide', () => {
  const rows = [
    ['a', 'bb', 'c'],
    ['漢字', 'é', '123'],
  ];
  expect(layOutTable(rows, ['left', 'center', 'right'])).toBe(
    ['a    | bb |   c', '-----+----+----', '漢字 | é  | 123'].join('\n'),
  );
});

it('fills short rows', () => {
  expect(layOutTable([['a', 'b'], ['cc']], [])).toBe('a  | b\n---+--\ncc |');
});
