import { SeededRandom } from '@test/fuzz/random';
import { Studio } from '@test/hearing/studio';
import { untilVisible } from '@test/hearing/until-visible';
import { VoiceActivity, WITH_MODEL, WITHOUT_MODEL } from '@test/hearing/voice-activity';
import { answerTones } from '@test/openai/tone-answers';
import { proofSize } from '@test/proof-size';
import { RecordingBody } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { denseWords, matchWords, SaidLine, synthesise, TimedWord, wavFile, wordsOfLines } from '@test/tones';

/** In full with the default length of chunks; the short form makes as many seams, with the same overlap, of less sound. */
const SIZE = proofSize<{ seconds: number; env: Record<string, string> }>({
  short: { seconds: 120, env: { CHUNK_TARGET_SECONDS: '20', CHUNK_MAX_SECONDS: '26' } },
  full: { seconds: 900, env: {} },
});
const RATE = 16_000;
const SEGMENT_SECONDS = 5;
const TIME_ERROR_SECONDS = 0.2;

interface Seams {
  noise: number;
  givesWordTimes: boolean;
  mixesSegments: boolean;
}

const CASES: readonly Seams[] = [-80, -45, -32].flatMap((noise) => [
  { noise, givesWordTimes: true, mixesSegments: false },
  { noise, givesWordTimes: false, mixesSegments: false },
  { noise, givesWordTimes: false, mixesSegments: true },
]);

describeSeams(WITHOUT_MODEL, CASES);
// The hardest of each loudness.
describeSeams(
  WITH_MODEL,
  proofSize({ short: CASES.filter(({ mixesSegments }) => mixesSegments), full: CASES }),
);

function describeSeams({ name, env }: VoiceActivity, cases: readonly Seams[]): void {
  (env ? describe : describe.skip)(`${SIZE.seconds} s of hurried words in chunks, ${name}`, () => {
    const studio = new Studio(10);
    let world: ServerWithFakes;

    beforeAll(async () => {
      world = await serverWithFakes({ env: { ...SIZE.env, ...env } });
      await world.server.start();
    });
    afterAll(async () => {
      await world.close();
      studio.close();
    });

    it.each(cases)(
      'lose and double nothing over noise of $noise dBFS (times of words: $givesWordTimes, mixed segments: $mixesSegments)',
      async ({ noise, givesWordTimes, mixesSegments }) => {
        const { server, openai } = world;
        openai.respond = answerTones({ segmentSeconds: SEGMENT_SECONDS, givesWordTimes, mixesSegments });
        const words = denseWords(
          SIZE.seconds,
          new SeededRandom(-noise * 4 + Number(givesWordTimes) * 2 + Number(mixesSegments)),
        );
        const sound = synthesise({ seconds: SIZE.seconds, rate: RATE, words, noise });
        const file = await studio.save('seams.wav', wavFile([sound], { rate: RATE }));
        const { body } = await server.upload(file, { reports: '' });
        const taken = body as { id: string; position: string };
        await untilVisible(server, taken);
        const { id } = taken;
        const recording = await server.recordingUntil(id, ({ status }) => status !== 'processing', 1_200_000);
        const { lines } = await server.get<{ lines: SaidLine[] }>(`/v1/recordings/${id}/transcript`);
        const { lost, extra, pairs } = matchWords(words, wordsOfLines(lines).words);
        tell(noise, words, recording, lost, extra);
        expect({ lost, extra, gaps: recording.gaps }).toEqual({ lost: [], extra: [], gaps: [] });
        expect(recording.chunks.total).toBeGreaterThan(3);
        // A line holds several words: its times have to embrace them.
        const outside = pairs.filter(
          ({ expected, heard }) =>
            expected.start < heard.start - TIME_ERROR_SECONDS ||
            expected.end > heard.end + TIME_ERROR_SECONDS,
        );
        expect(outside).toEqual([]);
      },
      1_500_000,
    );
  });
}

function tell(
  noise: number,
  words: readonly TimedWord[],
  { chunks }: RecordingBody,
  lost: readonly TimedWord[],
  extra: readonly TimedWord[],
): void {
  const counts = `${lost.length} lost, ${extra.length} doubled`;
  process.stdout.write(`noise ${noise} dBFS: ${words.length} words, ${chunks.total} chunks: ${counts}\n`);
}
