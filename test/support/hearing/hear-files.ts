import { TestServer } from '../server/test-server';
import { hearAudio, SaidLine, TimedWord } from '../tones';
import { HearingCase } from './hearing-case';
import { faultsOf } from './judge';
import { CLIP_MARGIN, Gap, HeardRecording, Outcome } from './outcome';
import { Studio } from './studio';
import { untilVisible } from './until-visible';

/** Far more than any file takes: what is judged here is what is heard, not how soon. */
const PATIENCE_MS = 1_200_000;
/** A file that overwhelms the server is not waited for that long. */
const PATIENCE_WITH_HEAVY_MS = 300_000;

/** Uploads files, several at once, and collects what became of each. */
export class FileHearing {
  private readonly outcomes = new Map<HearingCase, Promise<Outcome>>();

  constructor(
    private readonly server: TestServer,
    private readonly studio: Studio,
  ) {}

  /** Begins to work through these cases. Returns at once. */
  start(cases: readonly HearingCase[], atOnce: number): void {
    const lanes = Array.from({ length: atOnce }, () => Promise.resolve());
    const inOrder = [...cases.filter(({ heavy }) => !heavy), ...cases.filter(({ heavy }) => heavy)];
    inOrder.forEach((file, index) => {
      const lane = index % atOnce;
      const outcome = (lanes[lane] ?? Promise.resolve()).then(async () =>
        this.told(file, await this.hear(file)),
      );
      lanes[lane] = outcome.then(
        () => undefined,
        () => undefined,
      );
      this.outcomes.set(file, outcome);
    });
  }

  async outcomeOf(file: HearingCase): Promise<Outcome> {
    const outcome = this.outcomes.get(file);
    if (!outcome) throw new Error(`${file.name} was not begun`);
    return outcome;
  }

  /** Says at once what is wrong: the whole table may take long. */
  private told(file: HearingCase, outcome: Outcome): Outcome {
    const faults = faultsOf(file.expect(this.studio), outcome);
    if (faults.length > 0) process.stdout.write(`✗ ${file.name}: ${faults.join('; ')}\n`);
    return outcome;
  }

  private async hear(file: HearingCase): Promise<Outcome> {
    const { server, studio } = this;
    const path = await studio.save('upload', await file.make(studio));
    const answer = await server.upload(path, { reports: '', ...file.fields }, { name: nameOf(file) });
    if (answer.status !== 202) return refusal(answer.status, answer.body);
    const taken = answer.body as { id: string; position: string };
    await untilVisible(server, taken);
    const { id } = taken;
    const patienceMs = file.heavy ? PATIENCE_WITH_HEAVY_MS : PATIENCE_MS;
    await server.recordingUntil(id, ({ status }) => status !== 'processing', patienceMs);
    const recording = await server.get<HeardRecording>(`/v1/recordings/${id}`);
    const transcript = await server.request(`/v1/recordings/${id}/transcript`);
    const none = { lines: [], gaps: recording.gaps, wordCount: 0 };
    const { lines, gaps, wordCount } = transcript.status === 200 ? (transcript.body as Transcript) : none;
    return { kind: 'heard', recording, lines, gaps, wordCount, clip: await this.clipOf(file, id) };
  }

  /** What is heard in a clip of the last word that is expected. */
  private async clipOf(file: HearingCase, id: string): Promise<TimedWord[] | undefined> {
    const expected = file.expect(this.studio);
    const last = 'words' in expected ? expected.words.at(-1) : undefined;
    if (!file.clip || !last) return undefined;
    const [from, to] = [last.start - CLIP_MARGIN, last.end + CLIP_MARGIN];
    const url = `${this.server.url}/v1/recordings/${id}/audio?from=${from.toFixed(3)}&to=${to.toFixed(3)}&format=wav`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${this.server.key}` } });
    // An error has no words: the judge says so.
    if (!response.ok) return [];
    return hearAudio(Buffer.from(await response.arrayBuffer()));
  }
}

interface Transcript {
  lines: SaidLine[];
  gaps: Gap[];
  wordCount: number;
}

/** Names are kept, and must be good ones. */
function nameOf({ name }: HearingCase): string {
  return `${name.replaceAll(/[^\w.,-]+/g, ' ').trim()}.bin`;
}

function refusal(status: number, body: unknown): Outcome {
  const { type = '', detail = '' } = (body ?? {}) as { type?: string; detail?: string };
  return { kind: 'refused', status, problem: type.replace('urn:voxpersona:problem:', ''), detail };
}
