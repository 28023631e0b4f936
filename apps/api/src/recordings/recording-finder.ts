import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { DomainEvent, ErasedRecording, PresentRecording, recordingDecider } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { GetRecording, RecordingView, recordingsProjection } from '@voxpersona/projections';
import { AsOf } from '../as-of/as-of';
import { Problem } from '../http/problem';
import { validateId } from '../http/validate';

/** Finds recordings for controllers; what belongs to another workspace is not there. */
@Injectable()
export class RecordingFinder {
  constructor(
    private readonly queries: QueryBus,
    private readonly past: AsOf,
    private readonly actors: Actors<DomainEvent>,
  ) {}

  /**
   * The id of a recording that a command is about, by the log: whatever was accepted can be commanded at once, however late
   * the read models are.
   *
   * @throws Problem 404, and 410 for an erased one
   */
  async commanded(owner: string, id: string): Promise<string> {
    const { phase, recordingId } = await this.owned(owner, id);
    if (phase === 'erased') throw new Problem('erased', 'This recording has been erased.');
    return recordingId;
  }

  /** The same, of erased ones too. @throws Problem 404 */
  async commandedEvenErased(owner: string, id: string): Promise<string> {
    return (await this.owned(owner, id)).recordingId;
  }

  /** @throws Problem 404, and 410 for an erased one */
  async present(owner: string, id: string): Promise<RecordingView> {
    const recording = await this.any(owner, id);
    if (recording.erasure !== 'none') throw new Problem('erased', 'This recording has been erased.');
    return recording;
  }

  /** A recording as it was. @throws Problem 404 where it was not there yet, 400 for a moment that cannot be */
  async asOf({ id }: RecordingView, asOf: string): Promise<RecordingView> {
    const recording = await this.past.find(recordingsProjection, id, id, asOf);
    if (!recording) throw new Problem('not-found', `There was no recording ${id} then.`);
    return recording;
  }

  /** Erased ones too. @throws Problem 404 */
  async any(owner: string, id: string): Promise<RecordingView> {
    const recording = await this.queries.execute(new GetRecording(owner, validateId(id)));
    if (!recording) throw new Problem('not-found', `There is no recording ${id}.`);
    return recording;
  }

  private async owned(owner: string, id: string): Promise<PresentRecording | ErasedRecording> {
    const { state } = await this.actors.read(recordingDecider, validateId(id));
    if (state.phase === 'absent' || state.owner !== owner) {
      throw new Problem('not-found', `There is no recording ${id}.`);
    }
    return state;
  }
}
