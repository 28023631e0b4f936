import { allTranscribed, chunkFailed, split, transcribed, uploaded } from '@test/domain/some';
import { DomainEvent } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { assembleTranscript } from './assemble-transcript';

const given = (...events: DomainEvent[]): Recorded<DomainEvent>[] => events as Recorded<DomainEvent>[];
const heard = (chunkIndex: number, texts: Record<number, string>, language = 'en'): DomainEvent => {
  const { data, ...event } = transcribed(chunkIndex);
  const segments = Object.entries(texts).map(([start, text]) => ({
    ...{ start: Number(start), end: Number(start) + 1, text },
  }));
  return { ...event, data: { ...data, segments, language } };
};
/** Two channels of two chunks of ten seconds each: 0 and 1 are the first channel's, 2 and 3 the second's. */
const inChannels = (): DomainEvent => {
  const { data, ...event } = split(4);
  const chunks = data.chunks.map((chunk, index) => ({
    ...chunk,
    ...{ channel: index < 2 ? 1 : 2, start: (index % 2) * 10, end: (index % 2) * 10 + 10 },
  }));
  return { ...event, data: { ...data, chunks } };
};
const said = (events: Recorded<DomainEvent>[], version = 1): string[] =>
  (assembleTranscript(events, version)?.lines ?? []).map(
    ({ start, text, speaker }) => `${start} ${speaker}: ${text}`,
  );

describe('A transcript', () => {
  it('names no speaker where the channels are mixed', () =>
    expect(said(given(uploaded(), split(2), heard(1, { 1: 'b' }), heard(0, { 2: 'a' })))).toEqual([
      '2 null: a',
      '11 null: b',
    ]));

  it('lays the lines of all channels on one time line, whatever order their chunks came in', () => {
    const first = [heard(0, { 1: 'hello', 6: 'fine' }), heard(1, { 5: 'bye' })];
    const second = [heard(2, { 3: 'how are you', 6: 'fine' }), heard(3, { 5.5: 'bye bye' })];
    const lines = [
      '1 Channel 1: hello',
      '3 Channel 2: how are you',
      ...['6 Channel 1: fine', '6 Channel 2: fine'],
      '15 Channel 1: bye',
      '15.5 Channel 2: bye bye',
    ];
    expect(said(given(uploaded(), inChannels(), ...first, ...second))).toEqual(lines);
    expect(said(given(uploaded(), inChannels(), ...second.reverse(), ...first.reverse()))).toEqual(lines);
  });

  it('has what is there of a channel whose other chunk failed', () =>
    expect(
      said(given(uploaded(), inChannels(), heard(0, { 1: 'a' }), heard(2, { 2: 'b' }), chunkFailed(3))),
    ).toEqual(['1 Channel 1: a', '2 Channel 2: b']));

  it('is made of what was recorded until it was announced', () => {
    const before = [heard(0, { 1: 'a' }), heard(2, { 2: 'b' }), chunkFailed(1), chunkFailed(3)];
    const after = [heard(3, { 3: 'c' }), allTranscribed(2, 3, 1)];
    const events = given(uploaded(), inChannels(), ...before, allTranscribed(1, 2, 2), ...after);
    expect(said(events)).toEqual(['1 Channel 1: a', '2 Channel 2: b']);
    expect(said(events, 2)).toEqual(['1 Channel 1: a', '2 Channel 2: b', '13 Channel 2: c']);
  });

  it('is empty when all channels are silent, and has the language of those who speak', () => {
    const recording = [uploaded([], null), inChannels()];
    const silent = [0, 1, 2, 3].map((index) => heard(index, {}, 'de'));
    expect(assembleTranscript(given(...recording, ...silent), 1)).toEqual({ language: null, lines: [] });
    const spoken = [...silent.slice(0, 3), heard(3, { 1: 'ja' }, 'ru')];
    expect(assembleTranscript(given(...recording, ...spoken), 1)).toMatchObject({ language: 'ru' });
  });

  it('is none of a recording that was erased', () => {
    const { data, ...event } = transcribed(0);
    const erased = { ...event, data: { ...data, segments: { $erased: true as const } } };
    expect(assembleTranscript(given(uploaded(), inChannels(), erased), 1)).toBeUndefined();
  });
});
