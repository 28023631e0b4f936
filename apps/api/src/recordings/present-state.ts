import { DomainEvent, PresentRecording, recordingDecider } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { Problem } from '../http/problem';

/**
 * The log tells where the objects of a recording are: a read model of what is erased may be a moment late.
 *
 * @throws Problem 410
 */
export async function presentState(
  actors: Actors<DomainEvent>,
  recordingId: string,
): Promise<PresentRecording> {
  const { state } = await actors.read(recordingDecider, recordingId);
  if (state.phase !== 'present') throw new Problem('erased', 'This recording has been erased.');
  return state;
}
