import { FORMAT_CASES } from '@test/hearing/cases/formats';
import { PUBLISHED } from '@test/hearing/cases/published';
import { SILENT_LOSSES } from '@test/hearing/cases/silent-losses';
import { VARIANTS } from '@test/hearing/cases/variants';
import { FileHearing } from '@test/hearing/hear-files';
import { HearingCase } from '@test/hearing/hearing-case';
import { faultsOf } from '@test/hearing/judge';
import { hasEncoder, Studio } from '@test/hearing/studio';
import { VoiceActivity, WITH_MODEL, WITHOUT_MODEL } from '@test/hearing/voice-activity';
import { answerTones } from '@test/openai/tone-answers';
import { proofSize } from '@test/proof-size';
import { foundMediaPrograms } from '@test/server/media-programs';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';

type Table = readonly [name: string, cases: readonly HearingCase[]];

const SECONDS = proofSize({ short: 30, full: 70 });
const AT_ONCE = 4;

const REPORTED: Table = ['files that people reported', PUBLISHED];
const KINDS: Table = ['more files of these kinds', VARIANTS];
const LOSSES: Table = ['files that lost sound silently', SILENT_LOSSES];
const FORMATS: Table = ['containers and codecs', FORMAT_CASES];
const ALL = [REPORTED, KINDS, LOSSES, FORMATS];

// The short form hears every file that people reported, and some of the others.
const some = ([name, cases]: Table, every: number): Table => [
  name,
  cases.filter((_, index) => index % every === 0),
];
describeHearing(
  WITHOUT_MODEL,
  proofSize({ short: [REPORTED, some(KINDS, 3), LOSSES, some(FORMATS, 2)], full: ALL }),
);
describeHearing(WITH_MODEL, proofSize({ short: [REPORTED], full: ALL }));

/** Uploads the files of all tables to one server, and judges each by itself. */
function describeHearing({ name, env }: VoiceActivity, tables: readonly Table[]): void {
  (env ? describe : describe.skip)(`every word of a file is heard once, at its time, ${name}`, () => {
    const studio = new Studio(SECONDS);
    let world: ServerWithFakes;
    let hearing: FileHearing;

    beforeAll(async () => {
      world = await serverWithFakes({ env: { ...foundMediaPrograms(), ...env } });
      world.openai.respond = answerTones();
      await world.server.start();
      hearing = new FileHearing(world.server, studio);
      hearing.start(tables.flatMap(([, cases]) => cases).filter(canBeMade), AT_ONCE);
    });
    afterAll(async () => {
      await world.close();
      studio.close();
    });

    describe.each(tables)('%s', (_table, cases) => {
      for (const file of cases) {
        const test = canBeMade(file) ? it : it.skip;
        test(
          file.name,
          async () => {
            expect(faultsOf(file.expect(studio), await hearing.outcomeOf(file))).toEqual([]);
          },
          1_500_000,
        );
      }
    });
  });
}

function canBeMade({ encoder }: HearingCase): boolean {
  return encoder === undefined || hasEncoder(encoder);
}
