import { Inject, Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ENVIRONMENT } from '@voxpersona/composition';
import { EventStore, InvalidPositionToken, Position, START } from '@voxpersona/event-store';
import { EVENT_STORE, eventsOfType } from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import {
  currentTranscript,
  DocumentProjection,
  FindPositionAt,
  foldDocument,
  ProjectionsRunner,
  transcriptsProjection,
  TranscriptView,
} from '@voxpersona/projections';
import { z } from 'zod';
import { Problem } from '../http/problem';
import { ReadAfter } from '../http/read-after';
import { RecordingTrail } from '../recordings/recording-trail';

const moment = z.iso.datetime({ offset: true });

/** What was known at an earlier moment: the same folds as the read models', over the events up to there. */
@Injectable()
export class AsOf {
  constructor(
    private readonly queries: QueryBus,
    private readonly readAfter: ReadAfter,
    private readonly trail: RecordingTrail,
    private readonly projections: ProjectionsRunner,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /**
   * The row of a resource as it was.
   *
   * @param asOf a time (ISO 8601), or a log position as an answer gave it
   * @returns undefined where there was none then
   * @throws Problem 400 for what is neither, for the future, and for before the log began; 500 where an event was altered
   */
  async find<Row extends object>(
    projection: DocumentProjection<Row>,
    recordingId: string,
    id: string,
    asOf: string,
  ): Promise<Row | undefined> {
    const position = await this.positionOf(asOf);
    return foldDocument(projection, await this.trail.recorded(recordingId, position), id);
  }

  /** The transcript that was current then; null where there was none, or nobody speaks in it. */
  async currentTranscript(recordingId: string, asOf: string): Promise<TranscriptView | null> {
    const row = await this.find(transcriptsProjection, recordingId, recordingId, asOf);
    return row ? currentTranscript(row) : null;
  }

  /**
   * One of the transcripts of a recording, that was there then; without `asOf`, that is there now.
   *
   * @throws Problem 404 where there is none of that version
   */
  async transcript(recordingId: string, version: number, asOf?: string): Promise<TranscriptView> {
    const position = asOf === undefined ? null : await this.positionOf(asOf);
    const made = eventsOfType(await this.trail.recorded(recordingId, position), 'TranscriptAssembled');
    const upTo = made.filter(({ data }) => data.transcriptVersion === version);
    const row = foldDocument(transcriptsProjection, upTo, recordingId);
    const transcript = row && currentTranscript(row);
    if (transcript) return transcript;
    const what = asOf === undefined ? `is no transcript ${version}` : `was no transcript ${version} yet`;
    throw new Problem('not-found', `There ${what} of this recording.`);
  }

  private async positionOf(asOf: string): Promise<Position> {
    const position = moment.safeParse(asOf).success ? await this.atTime(asOf) : await this.atPosition(asOf);
    if (position !== null && position > START) return position;
    throw new Problem('as-of-before-log', 'Nothing had been recorded yet. Give a later time.');
  }

  private async atTime(asOf: string): Promise<Position | null> {
    if (Date.parse(asOf) > Date.now()) throw future();
    // What was recorded until then may not be in the index yet.
    const isIndexed = await this.projections.waitFor(
      ['events'],
      await this.store.head(),
      this.environment.READ_PATIENCE_MS,
    );
    if (!isIndexed) throw new Problem('unavailable', 'The index of the log is behind. Ask again soon.');
    return this.queries.execute(new FindPositionAt(asOf));
  }

  private async atPosition(asOf: string): Promise<Position> {
    try {
      return await this.readAfter.position(asOf);
    } catch (error) {
      if (!(error instanceof InvalidPositionToken)) throw error;
      if (error.reason === 'beyond_the_end') throw future();
      throw new Problem(
        'invalid-as-of',
        'Give a time such as 2026-11-24T10:00:00Z, or a log position exactly as an answer of this server gave it.',
      );
    }
  }
}

function future(): Problem {
  return new Problem('as-of-in-future', 'asOf is in the future. Omit it to read the current state.');
}
