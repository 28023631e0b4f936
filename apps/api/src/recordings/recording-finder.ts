import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GetRecording, RecordingView } from '@voxpersona/projections';
import { Problem } from '../http/problem';
import { validateId } from '../http/validate';

/** Finds recordings for controllers; what belongs to another workspace is not there. */
@Injectable()
export class RecordingFinder {
  constructor(private readonly queries: QueryBus) {}

  /** @throws Problem 404, and 410 for an erased one */
  async present(owner: string, id: string): Promise<RecordingView> {
    const recording = await this.any(owner, id);
    if (recording.erasure !== 'none') throw new Problem('erased', 'This recording has been erased.');
    return recording;
  }

  /** Erased ones too. @throws Problem 404 */
  async any(owner: string, id: string): Promise<RecordingView> {
    const recording = await this.queries.execute(new GetRecording(owner, validateId(id)));
    if (!recording) throw new Problem('not-found', `There is no recording ${id}.`);
    return recording;
  }
}
