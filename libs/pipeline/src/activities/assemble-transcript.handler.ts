import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { DomainEvent, isErased, RecordedChunk, TranscriptLine } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { HeardChannelChunk, mergeChannels } from '../transcript/merge-channels';
import { AssembleTranscript } from './job-command';
import { eventsOfType, RecordedEvents } from './recorded-events';
import { ResultReporter } from './result-reporter';

/** Lays what was heard in all chunks on one time line. */
@CommandHandler(AssembleTranscript)
export class AssembleTranscriptHandler implements ICommandHandler<AssembleTranscript> {
  constructor(
    private readonly events: RecordedEvents,
    private readonly results: ResultReporter,
  ) {}

  async execute({ job, run }: AssembleTranscript): Promise<void> {
    const { recordingId, transcriptVersion } = job;
    const assembled = assemble(upTo(await this.events.read('recording', recordingId), transcriptVersion));
    if (!assembled) return;
    const command = { type: 'RecordTranscript' as const, transcriptVersion, ...assembled };
    await this.results.toRecording(recordingId, command, run.context);
  }
}

/** What was recorded until all chunks of this transcript were there. */
function upTo(
  events: readonly Recorded<DomainEvent>[],
  transcriptVersion: number,
): readonly Recorded<DomainEvent>[] {
  const announced = events.findIndex(
    (event) => event.type === 'AllChunksTranscribed' && event.data.transcriptVersion === transcriptVersion,
  );
  return announced < 0 ? events : events.slice(0, announced);
}

/** Undefined when the recording was erased. */
function assemble(
  events: readonly Recorded<DomainEvent>[],
): { language: string | null; lines: TranscriptLine[] } | undefined {
  const chunks = eventsOfType(events, 'AudioSplit')[0]?.data.chunks ?? [];
  const asked = eventsOfType(events, 'RetranscriptionRequested').findLast(
    ({ data }) => data.language !== null,
  );
  const given = asked?.data.language ?? eventsOfType(events, 'AudioUploaded')[0]?.data.language ?? null;
  const heard: HeardChannelChunk[] = [];
  const secondsByLanguage = new Map<string, number>();
  for (const chunk of chunks) {
    // The last outcome counts: a chunk that was transcribed again may have failed then.
    const outcome = events.findLast(
      (event) =>
        (event.type === 'ChunkTranscribed' || event.type === 'ChunkTranscriptionFailed') &&
        event.data.chunkIndex === chunk.index,
    );
    if (outcome?.type !== 'ChunkTranscribed') continue;
    const { segments, language } = outcome.data;
    if (isErased(segments)) return undefined;
    heard.push(heardChunk(chunk, segments));
    // Of silence a recogniser may say any language.
    if (language && segments.length > 0) {
      secondsByLanguage.set(language, (secondsByLanguage.get(language) ?? 0) + chunk.end - chunk.start);
    }
  }
  const mostSpoken = [...secondsByLanguage].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
  return { language: given ?? mostSpoken, lines: mergeChannels(heard) };
}

function heardChunk(
  { channel, start, end, overlapSeconds }: RecordedChunk,
  segments: HeardChannelChunk['segments'],
): HeardChannelChunk {
  return { channel, start, end, overlapSeconds, segments };
}
