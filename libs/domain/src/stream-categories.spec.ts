import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STREAM_CATEGORIES } from './stream-categories';

it('The categories of streams are those of all deciders', () => {
  const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' });
  const sources = files
    .filter((file) => /(?<!spec)\.ts$/.test(file))
    .map((file) => readFileSync(join(__dirname, file), 'utf8'));
  const declared = sources.flatMap((source) => [...source.matchAll(/^ {2}category: '(\w+)',$/gm)]);
  expect(declared.map(([, category]) => category).sort()).toEqual([...STREAM_CATEGORIES].sort());
});
