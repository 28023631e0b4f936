import { readWords, toSegments } from './words';

const output = `good morning it was
<s> 0.160 0.210 1.000000
good 0.220 0.430 0.789206
morning(2) 0.440 0.890 1.000100
<sil> 0.900 1.040 0.954082
[NOISE] 1.05 1.10 0.5
it 1.110 1.230 3.1e-05
was 2.240 2.640 0.423247
</s> 4.950 5.370 1.000000
INFO: something else
`;

it('reads words with times, without fillers and numbers of pronunciations', () => {
  expect(readWords(output)).toEqual([
    { text: 'good', start: 0.22, end: 0.43 },
    { text: 'morning', start: 0.44, end: 0.89 },
    { text: 'it', start: 1.11, end: 1.23 },
    { text: 'was', start: 2.24, end: 2.64 },
  ]);
});

it('ends a segment at a pause, and holds it within the chunk', () => {
  expect(toSegments(readWords(output), 2.5)).toMatchObject([
    { text: 'good morning it', start: 0.22, end: 1.23 },
    { text: 'was', start: 2.24, end: 2.5 },
  ]);
  expect(toSegments(readWords(output), 2.5)[1]?.words).toEqual([{ text: 'was', start: 2.24, end: 2.5 }]);
  expect(toSegments([], 10)).toEqual([]);
});
