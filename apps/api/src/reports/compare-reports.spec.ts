import { ReportView } from '@voxpersona/projections';
import { compareReports, scoresOf } from './compare-reports';

const report = (text: string | null, promptVersion: string, costUsd: number | null): ReportView =>
  ({
    parts: [
      {
        ...{ part: 'overview', status: 'written', promptVersion, text, failure: null },
        call: costUsd === null ? null : { model: { provider: 'p', model: `m${promptVersion}` }, costUsd },
      },
    ],
  }) as unknown as ReportView;

describe('Comparing two reports', () => {
  it('shows what was taken away and what was added, and who wrote which', () => {
    expect(
      compareReports(report('The room was cold.', '1', 0.5), report('The room was warm.', '2', 1)),
    ).toEqual([
      {
        part: 'overview',
        before: { promptVersion: '1', model: { provider: 'p', model: 'm1' }, costUsd: 0.5 },
        after: { promptVersion: '2', model: { provider: 'p', model: 'm2' }, costUsd: 1 },
        changes: [
          { kind: 'same', text: 'The room was ' },
          { kind: 'removed', text: 'cold' },
          { kind: 'added', text: 'warm' },
          { kind: 'same', text: '.' },
        ],
        scores: [],
      },
    ]);
  });
  describe('where they have next to nothing in common', () => {
    const words = (word: string, ending: (index: number) => string): string =>
      Array.from({ length: 20_000 }, (_, index) => `${word}${index}${ending(index)}`).join('');
    const changes = (before: string, after: string) =>
      compareReports(report(before, '1', null), report(after, '1', null))[0]?.changes;

    it('compares line by line', () => {
      const [before, after] = ['cold', 'warm'].map((word) => words(word, () => ' '));
      expect(changes(`Summary\n${before}\nThe end`, `Summary\n${after}\nThe end`)).toEqual([
        { kind: 'same', text: 'Summary\n' },
        { kind: 'removed', text: `${before}\n` },
        { kind: 'added', text: `${after}\n` },
        { kind: 'same', text: 'The end' },
      ]);
    });

    it('takes the one away and adds the other where the lines are too many as well', () => {
      const [before = '', after = ''] = ['cold', 'warm'].map((word) =>
        words(word, (index) => (index % 10 === 9 ? '\n' : ' ')),
      );
      expect(changes(before, after)).toEqual([
        { kind: 'removed', text: before },
        { kind: 'added', text: after },
      ]);
    });
  });
  it('shows scores side by side, also where only one report gives them', () => {
    const before = '- **Cleanliness**: 7/10\n- Breakfast: 8 out of 10';
    const after = '- **Cleanliness**: 9/10\n| Завтрак | 4,5 из 5 |';
    expect(compareReports(report(before, '1', null), report(after, '1', null))[0]?.scores).toEqual([
      { name: 'Cleanliness', before: 7, after: 9, outOf: 10 },
      { name: 'Breakfast', before: 8, after: null, outOf: 10 },
      { name: 'Завтрак', before: null, after: 4.5, outOf: 5 },
    ]);
  });
  it('takes a part that is not written for an empty one', () => {
    expect(compareReports(report(null, '1', null), report('Warm.', '1', 1))[0]).toMatchObject({
      before: { model: null },
      changes: [{ kind: 'added', text: 'Warm.' }],
    });
  });
  it.each(['It was open 24/7.', 'On 3/11/2026 at the desk.', 'Room 7/10', '', 'Dates: 3/11/2026'])(
    'finds no score in %j',
    (text) => expect([...scoresOf(text)]).toEqual([]),
  );
});
