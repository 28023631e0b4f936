import { ResponseCase, responseCases } from '@test/hearing/cases/responses';
import { FileHearing } from '@test/hearing/hear-files';
import { HearingCase } from '@test/hearing/hearing-case';
import { faultsOf } from '@test/hearing/judge';
import { Studio } from '@test/hearing/studio';
import { VoiceActivity, WITH_MODEL, WITHOUT_MODEL } from '@test/hearing/voice-activity';
import { HeardAudio, hearChunk, toneAnswer } from '@test/openai/tone-answers';
import { proofSize } from '@test/proof-size';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { synthesise, TimedWord, wavFile } from '@test/tones';

const AT_ONCE = 4;
const RATE = 16_000;
const CASES = responseCases(
  proofSize({ short: { at: 30, of: 70, turns: 100 }, full: { at: 40, of: 180, turns: 180 } }),
);

const CASE_OF = new Map(CASES.map((given) => [keyOf(given), given]));

describeAnswers(WITHOUT_MODEL, CASES);
// Most answers are read before the model matters.
describeAnswers(WITH_MODEL, proofSize({ short: CASES.filter((_, index) => index % 4 === 0), full: CASES }));

function describeAnswers({ name, env }: VoiceActivity, cases: readonly ResponseCase[]): void {
  (env ? describe : describe.skip)(`whatever the recogniser answers, no word is lost, ${name}`, () => {
    const studio = new Studio(10);
    const files = new Map(cases.map((given) => [given, fileOf(given)]));
    let world: ServerWithFakes;
    let hearing: FileHearing;

    beforeAll(async () => {
      world = await serverWithFakes({ ...(env && { env }) });
      world.openai.respond = async (audio, fields) => {
        const heard = await hearChunk(audio, fields);
        return toneAnswer(heard, caseOf(heard).answers);
      };
      await world.server.start();
      hearing = new FileHearing(world.server, studio);
      hearing.start([...files.values()], AT_ONCE);
    });
    afterAll(async () => {
      await world.close();
      studio.close();
    });

    for (const [given, file] of files) {
      it(
        given.name,
        async () => {
          const outcome = await hearing.outcomeOf(file);
          expect(faultsOf(given.expect, outcome)).toEqual([]);
          if (given.languages && outcome.kind === 'heard')
            expect(given.languages).toContain(outcome.recording.language);
        },
        1_500_000,
      );
    }
  });
}

/** Recordings are told apart by their first words, and those without words by their length. */
function caseOf(heard: HeardAudio): ResponseCase {
  const given = CASE_OF.get(keyOf(heard));
  if (!given) throw new Error('The fake does not know this recording');
  return given;
}

function keyOf({ words, seconds }: { words: readonly TimedWord[]; seconds: number }): string {
  const beginning = words.slice(0, 8).map(({ word }) => word);
  return beginning.length > 0 ? beginning.join(' ') : `${Math.round(seconds)} s of silence`;
}

function fileOf({ name, seconds, words, expect: expected }: ResponseCase): HearingCase {
  return {
    name,
    make: () => wavFile([synthesise({ seconds, words, rate: RATE, noise: -60 })], { rate: RATE }),
    expect: () => expected,
  };
}
