import { firstSound, silenceBetween } from '@test/audio/audio';
import { FakeSegment } from '@test/openai/fake-openai';
import { isFinished, RecordingBody } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';

const SPOKEN = [
  { start: 1, end: 8, text: ' The shower took ten minutes to get warm.' },
  { start: 9, end: 15, text: ' Nobody answered the telephone at the desk.' },
];
const LOOP = Array.from({ length: 12 }, (_, n) => ({
  start: 16 + n * 3,
  end: 18 + n * 3,
  text: ' I think we are going to the station.',
}));
/** What a recogniser says of silence: a stock phrase, and something that could have been said. */
const INVENTED = [
  { start: 5, end: 9, text: ' Thanks for watching!' },
  { start: 20, end: 26, text: ' And then we all drove home together.' },
];

const NOISE = { start: 16, end: 52, text: ' [background noise]' };

interface Transcript {
  lines: { text: string }[];
  gaps: { start: number; end: number; code: string }[];
}

describe('a recording with four minutes of silence, and a recogniser that makes things up', () => {
  let world: ServerWithFakes;
  let recording: RecordingBody;
  let transcript: Transcript;

  beforeAll(async () => {
    world = await serverWithFakes({ env: { CHUNK_TARGET_SECONDS: '60', CHUNK_MAX_SECONDS: '90' } });
    const { server, openai } = world;
    let first: string | undefined;
    openai.hear = (sha256, audio): FakeSegment[] => {
      const loudFrom = firstSound(audio);
      if (loudFrom === undefined) return INVENTED;
      first ??= sha256;
      // The beginning is heard well; what comes after the silence ends in a loop, however often it is asked.
      const heard = sha256 === first ? [...SPOKEN, NOISE] : [...SPOKEN, ...LOOP];
      return heard.map(({ start, end, text }) => ({ start: start + loudFrom, end: end + loudFrom, text }));
    };
    await server.start();
    const id = await server.uploaded(silenceBetween(55, 240, 55), {
      reports: '',
      details: '{"guest":"Ann Miller"}',
    });
    recording = await server.recordingUntil(id, isFinished);
    transcript = await server.get<Transcript>(`/v1/recordings/${id}/transcript`);
  });
  afterAll(() => world.close());

  it('has nothing invented in its transcript', () => {
    expect(recording.status).toBe('ready');
    const text = transcript.lines.map((line) => line.text).join(' ');
    expect(text).not.toMatch(/watching|drove home|noise/);
    // The first copies of each chunk may really have been said.
    const looped = recording.gaps.filter((gap) => gap.code === 'repetition').map((gap) => gap.chunkIndex);
    expect(text.match(/station/g)).toHaveLength(2 * new Set(looped).size);
    expect(transcript.lines.filter((line) => line.text.includes('shower')).length).toBeGreaterThanOrEqual(2);
  });

  it('marks what was left out as gaps, with times and reasons', () => {
    const codes = new Set(transcript.gaps.map((gap) => gap.code));
    expect([...codes].sort()).toEqual(['repetition', 'text_on_silence']);
    for (const { code, start, end } of transcript.gaps) {
      expect(end).toBeGreaterThan(start);
      if (code === 'text_on_silence') {
        expect(start).toBeGreaterThanOrEqual(54);
        expect(end).toBeLessThanOrEqual(296);
      }
    }
    expect(recording.gaps).toEqual(transcript.gaps);
  });

  it('shows what was left out, and by which rule', () => {
    const textsOf = (code: string): string[] =>
      recording.removed?.filter((one) => one.code === code).map(({ text }) => text) ?? [];
    expect(textsOf('text_on_silence')).toEqual(
      expect.arrayContaining(INVENTED.map(({ text }) => text.trim())),
    );
    expect(textsOf('repetition').join(' ')).toMatch(/station.*station/);
    expect(textsOf('non_speech_marker')).toEqual(['[background noise]']);
  });

  it('was asked again once for every chunk that was doubted, with other parameters', () => {
    const { requests } = world.openai;
    const again = requests.filter((fields) => fields.get('temperature') !== '0');
    // Two stretches of silence may be the same audio: what one was answered then serves the other too.
    expect(again.length).toBeLessThan(recording.chunks.total);
    expect(requests.length - again.length).toBeLessThanOrEqual(recording.chunks.total);
    expect(again.length).toBeGreaterThanOrEqual(3);
    for (const fields of again) expect(fields.get('prompt')).toBeUndefined();
    expect(requests[0]?.get('prompt')).toContain('Ann Miller');
  });

  it('cost what all calls cost', () => {
    const minutes = world.openai.calls.length;
    expect(recording.cost.usd).toBeGreaterThan(0);
    expect(recording.chunks.total).toBeLessThan(minutes);
  });

  it('told its language once, and every later chunk was asked in it', () => {
    const languages = world.openai.requests.map((fields) => fields.get('language'));
    const told = languages.findIndex((language) => language !== undefined);
    expect(languages.slice(0, told).length).toBeGreaterThan(0);
    expect(new Set(languages.slice(told))).toEqual(new Set(['en']));
  });
});
