import { fuseRanks } from './rank-fusion';

it('puts what both searches found before what one found first', () => {
  const fused = fuseRanks({ words: ['a', 'b', 'c'], vectors: ['d', 'b'] });
  expect(fused.map((hit) => hit.id)).toEqual(['b', 'a', 'd', 'c']);
  expect(fused[0]).toEqual({ id: 'b', score: 1 / 62 + 1 / 62, foundBy: ['words', 'vectors'] });
});

it('orders equals by id, and takes empty lists', () => {
  expect(fuseRanks({ words: ['b'], vectors: ['a'] }).map((hit) => hit.id)).toEqual(['a', 'b']);
  expect(fuseRanks({ words: [], vectors: [] })).toEqual([]);
});
