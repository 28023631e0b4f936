import { Inject, Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { chatDecider, DomainEvent, OpenChat } from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
import { Catalogue, CATALOGUE, titleOf } from '@voxpersona/pipeline';
import {
  GetRecording,
  GetReport,
  GetTranscript,
  ProjectionsRunner,
  RecordingView,
  ReportView,
  TranscriptView,
} from '@voxpersona/projections';
import { Pool } from 'pg';

const PATIENCE_MS = 5_000;

/** What the bot shows is read here; what belongs to another workspace is not there. */
@Injectable()
export class BotReader {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly queries: QueryBus,
    private readonly projections: ProjectionsRunner,
    private readonly pool: Pool,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
  ) {}

  /** By the log itself; undefined: nobody uses the bot there. */
  async chat(chatId: string): Promise<OpenChat | undefined> {
    const { state } = await this.actors.read(chatDecider, chatId);
    return state.phase === 'open' ? state : undefined;
  }

  /** Waits a while until the read models hold what was recorded up to there. */
  async until(position: Position): Promise<boolean> {
    return this.projections.waitFor(['recordings', 'reports', 'transcripts'], position, PATIENCE_MS);
  }

  /** Null also for an erased one. */
  async recording(owner: string, recordingId: string): Promise<RecordingView | null> {
    const recording = await this.queries.execute(new GetRecording(owner, recordingId));
    return recording?.erasure === 'none' ? recording : null;
  }

  report(owner: string, reportId: string): Promise<ReportView | null> {
    return this.queries.execute(new GetReport(owner, reportId));
  }

  async transcript(owner: string, recordingId: string): Promise<TranscriptView | null> {
    if (!(await this.recording(owner, recordingId))) return null;
    return this.queries.execute(new GetTranscript(recordingId));
  }

  /** Title of a report type, or of one of its parts. */
  reportTitle(report: { type: string; language: string | null }, part?: string): string {
    return titleOf(this.catalogue, report, part);
  }

  get reportTypes(): string[] {
    return [...this.catalogue.keys()];
  }

  /** Files of chats that are to be fetched before this one, of everybody. */
  async filesBefore(intakeId: string): Promise<number> {
    const { rows } = await this.pool.query<{ before: string }>(
      `SELECT count(*) AS before FROM jobs WHERE lane = 'chat' AND state IN ('ready', 'running')
       AND number < (SELECT max(number) FROM jobs WHERE lane = 'chat' AND job ->> 'intakeId' = $1)`,
      [intakeId],
    );
    return Number(rows[0]?.before ?? 0);
  }
}
