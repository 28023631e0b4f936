import { Inject, Injectable } from '@nestjs/common';
import { DomainEvent } from '@voxpersona/domain';
import {
  EventStore,
  formatPosition,
  InvalidPositionToken,
  LogReader,
  parsePosition,
  Position,
} from '@voxpersona/event-store';
import { ENVIRONMENT } from '@voxpersona/composition';
import { EVENT_STORE } from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import { ProjectionName, ProjectionsRunner } from '@voxpersona/projections';
import { Response } from 'express';

/** The answer while a read model is not as far as was asked: HTTP 202. */
export interface NotYet {
  status: 'pending';
  detail: string;
}

/** Lets a client read its own writes: a query with `after` waits for the read models that it needs. */
@Injectable()
export class ReadAfter {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly reader: LogReader<DomainEvent>,
    private readonly projections: ProjectionsRunner,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async token(position: Position): Promise<string> {
    return formatPosition(await this.store.logId(), position);
  }

  /** @throws InvalidPositionToken for what this log never gave */
  async position(token: string): Promise<Position> {
    const position = parsePosition(await this.store.logId(), token);
    // What this process has read is there: the log need not be asked.
    if (position <= this.reader.position) return position;
    if (position > (await this.store.head())) throw new InvalidPositionToken('beyond_the_end');
    return position;
  }

  /**
   * @param after a token as `token` made it; undefined: do not wait
   * @returns undefined once the read models are there
   * @throws InvalidPositionToken
   */
  async wait(after: string | undefined, names: readonly ProjectionName[]): Promise<NotYet | undefined> {
    if (after === undefined) return undefined;
    const position = await this.position(after);
    if (await this.projections.waitFor(names, position, this.environment.READ_PATIENCE_MS)) return undefined;
    return { status: 'pending', detail: 'Recorded, but not yet to be read. Ask again soon.' };
  }
}

/** Answers 202: recorded, but not yet to be read. */
export function pending(response: Response, notYet: NotYet): NotYet {
  response.status(202).set('Retry-After', '1');
  return notYet;
}
