import { Inject } from '@nestjs/common';
import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import {
  DomainEvent,
  Gap,
  isErased,
  PresentReport,
  reportDecider,
  speakerOfChannel,
  TranscriptLine,
} from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { Catalogue, ReportPart } from '../catalogue/catalogue';
import { LanguageModel, WriteRequest, WriteResult } from '../providers/language-model';
import { withoutFence } from '../providers/language-model/without-fence';
import { ResultStore, StoredResult } from '../results/result-store';
import { CATALOGUE, LANGUAGE_MODEL } from '../tokens';
import { callRecordOf } from './call-record';
import { WriteReportPart } from './job-command';
import { eventsOfType, RecordedEvents } from './recorded-events';
import { ResultReporter } from './result-reporter';

/** Has the language model write one part of a report. */
@CommandHandler(WriteReportPart)
export class WriteReportPartHandler implements ICommandHandler<WriteReportPart> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly events: RecordedEvents,
    private readonly results: ResultReporter,
    private readonly resultStore: ResultStore,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(LANGUAGE_MODEL) private readonly model: LanguageModel,
  ) {}

  async execute({ job, run }: WriteReportPart): Promise<void> {
    const { state: report } = await this.actors.read(reportDecider, job.reportId);
    if (report.phase !== 'present') return;
    const part = this.catalogue.get(report.reportType)?.parts.find(({ id }) => id === job.part);
    if (!part) throw new Error(`Report type ${report.reportType} has no part ${job.part} in the catalogue`);
    if (report.parts.find(({ part: id }) => id === job.part)?.status === 'cancelled') return;
    const transcript = await this.transcriptOf(report);
    if (!transcript) return;
    const stored = await this.write(report, part, transcript, run.signal);
    const { promptVersion } = part;
    const call = callRecordOf(this.model, stored);
    const written = { part: part.id, promptVersion, text: withoutFence(stored.value.text), call };
    await this.results.toReport(job.reportId, { type: 'RecordReportPart', written }, run.context);
  }

  /** Undefined once it is erased. */
  private async transcriptOf(
    report: PresentReport,
  ): Promise<{ lines: TranscriptLine[]; gaps: Gap[]; language: string | null } | undefined> {
    const events = await this.events.read('recording', report.recordingId);
    const found = eventsOfType(events, 'TranscriptAssembled').find(
      ({ data }) => data.transcriptVersion === report.transcriptVersion,
    );
    if (!found) return undefined;
    const { lines, gaps, language } = found.data;
    return isErased(lines) ? undefined : { lines, gaps, language };
  }

  private write(
    report: PresentReport,
    part: ReportPart,
    transcript: { lines: TranscriptLine[]; gaps: Gap[]; language: string | null },
    signal: AbortSignal,
  ): Promise<StoredResult<WriteResult>> {
    const { provider, model, parameters } = this.model;
    const { reportId, recordingId, reportType, transcriptVersion } = report;
    const language = report.language ?? transcript.language;
    const dependsOn = {
      kind: 'report-part',
      reportId,
      part: part.id,
      promptVersion: part.promptVersion,
      transcriptVersion,
      provider,
      model,
      parameters: { ...parameters },
      language,
    };
    const request: WriteRequest = {
      reportType,
      part: part.id,
      instructions: part.instructions,
      language: language ?? undefined,
      transcript: transcript.lines.map((line) => ({ ...line, speaker: line.speaker ?? undefined })),
      gaps: transcript.gaps.map(({ start, end, channel }) => ({
        ...{ start, end },
        speaker: speakerOfChannel(channel) ?? undefined,
      })),
      maxOutputTokens: part.maxOutputTokens,
    };
    return this.resultStore.getOrCall(recordingId, dependsOn, () => this.model.write(request, signal));
  }
}
