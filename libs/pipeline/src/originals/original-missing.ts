/**
 * The audio of a recording is not in the object store, or is not what was uploaded. Trying again does not help; sending the
 * same file again does.
 */
export class OriginalMissing extends Error {
  constructor(readonly recordingId: string) {
    super(`The audio of recording ${recordingId} is missing from the object store`);
    this.name = 'OriginalMissing';
  }
}

/** What people are told, with what to do. */
export const ORIGINAL_MISSING_ADVICE =
  'The audio of this recording is missing from the object store. Send the same file again: the recording gets its audio ' +
  'back and keeps its id.';
