import { TranscriptView } from '@voxpersona/projections';
import { toSrt, toText, toVtt } from './transcript-formats';

const transcript: TranscriptView = {
  recordingId: 'r',
  version: 1,
  language: 'en',
  lines: [
    { start: 0, end: 1.5, text: 'Hello <b>&\nwelcome', speaker: 'Guest' },
    { start: 3_700.25, end: 3_701, text: 'Bye', speaker: null },
  ],
  gaps: [{ chunkIndex: 1, start: 60, end: 120.5, code: 'timeout', channel: null }],
  wordCount: 3,
};

it.each(['\r', '\r\n', '\n\n', '\u2028'])('keeps a cue together over a line break: %j', (lineBreak) => {
  const line = { start: 0, end: 1, text: `One${lineBreak}two.`, speaker: `Ann${lineBreak}B` };
  const broken = { ...transcript, lines: [line], gaps: [] };
  expect(toVtt(broken)).toBe('WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nAnn B: One two.\n');
  expect(toSrt(broken)).toBe('1\n00:00:00,000 --> 00:00:01,000\nAnn B: One two.\n');
  expect(toText(broken)).toBe('[00:00:00] Ann B: One two.\n');
});

it('writes text', () => {
  expect(toText(transcript)).toBe(
    '[00:00:00] Guest: Hello <b>& welcome\n[00:01:00] [not transcribed: timeout]\n[01:01:40] Bye\n',
  );
});

it('writes SRT', () => {
  expect(toSrt(transcript)).toBe(
    '1\n00:00:00,000 --> 00:00:01,500\nGuest: Hello <b>& welcome\n\n' +
      '2\n00:01:00,000 --> 00:02:00,500\n[not transcribed: timeout]\n\n' +
      '3\n01:01:40,250 --> 01:01:41,000\nBye\n',
  );
});

it('names the channel of a gap as it names speakers', () => {
  const gaps = transcript.gaps.map((gap) => ({ ...gap, channel: 2 }));
  expect(toText({ ...transcript, lines: [], gaps })).toBe(
    '[00:01:00] Channel 2: [not transcribed: timeout]\n',
  );
});

it('writes WebVTT, with its own characters escaped', () => {
  expect(toVtt(transcript)).toBe(
    'WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nGuest: Hello &lt;b&gt;&amp; welcome\n\n' +
      '00:01:00.000 --> 00:02:00.500\n[not transcribed: timeout]\n\n' +
      '01:01:40.250 --> 01:01:41.000\nBye\n',
  );
});
