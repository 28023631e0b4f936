import { DomainEvent, isErased, RecordedChunk, TranscriptLine } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { HeardChannelChunk, mergeChannels } from '../transcript/merge-channels';
import { eventsOfType } from './recorded-events';

/** What a transcript is made of. */
export interface AssembledTranscript {
  /** As it was given, else the one that was spoken longest; null: none was told. */
  language: string | null;
  /** Empty: nobody speaks. */
  lines: TranscriptLine[];
}

/**
 * Makes a transcript of the last outcome of every chunk.
 *
 * @param events of a recording
 * @returns undefined when the recording was erased
 */
export function assembleTranscript(
  events: readonly Recorded<DomainEvent>[],
  transcriptVersion: number,
): AssembledTranscript | undefined {
  return assemble(upTo(events, transcriptVersion));
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

function assemble(events: readonly Recorded<DomainEvent>[]): AssembledTranscript | undefined {
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
