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
    const transcripts = eventsOfType(await this.events.read('recording', recordingId), 'TranscriptAssembled');
    const transcript = transcripts.find(({ data }) => data.transcriptVersion === transcriptVersion)?.data;
    if (!transcript || isErased(transcript.lines)) return;
    const source = { kind: 'transcript' as const, transcriptVersion };
    const cut = cutPassages(transcript.lines);
    const embedded = await this.indexer.embed(recordingId, source, transcript.language, cut, run.signal);
    await this.results.toRecording(recordingId, { type: 'RecordPassages', embedded }, run.context);
  }
}
