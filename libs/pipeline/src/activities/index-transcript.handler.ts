import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { isErased } from '@voxpersona/domain';
import { cutPassages } from '../passages/passages';
import { PassageIndexer } from './passage-indexer';
import { IndexTranscript } from './job-command';
import { eventsOfType, RecordedEvents } from './recorded-events';
import { ResultReporter } from './result-reporter';

/** Cuts a transcript into passages and embeds them. */
@CommandHandler(IndexTranscript)
export class IndexTranscriptHandler implements ICommandHandler<IndexTranscript> {
  constructor(
    private readonly events: RecordedEvents,
    private readonly indexer: PassageIndexer,
    private readonly results: ResultReporter,
  ) {}

  async execute({ job, run }: IndexTranscript): Promise<void> {
    const { recordingId, transcriptVersion } = job;
    const events = await this.events.read('recording', recordingId);
    const transcript = eventsOfType(events, 'TranscriptAssembled').find(
      ({ data }) => data.transcriptVersion === transcriptVersion,
    )?.data;
    if (!transcript || isErased(transcript.lines)) return;
    const source = { kind: 'transcript' as const, transcriptVersion };
    const { language, lines } = transcript;
    // One that is current again: its passages are there, and stay what they were.
    const before = eventsOfType(events, 'PassagesEmbedded').find(
      ({ data }) => data.source.kind === 'transcript' && data.source.transcriptVersion === transcriptVersion,
    )?.data.passages;
    if (isErased(before)) return;
    const embedded = before
      ? await this.indexer.embedAgain(recordingId, source, language, before, run.signal)
      : await this.indexer.embed(recordingId, source, language, cutPassages(lines), run.signal);
    await this.results.toRecording(recordingId, { type: 'RecordPassages', embedded }, run.context);
  }
}
