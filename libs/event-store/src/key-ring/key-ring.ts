/** The recording was erased: there is no key any more and there will be none. */
export class RecordingKeyDestroyed extends Error {
  constructor(readonly recordingId: string) {
    super(`The key of recording ${recordingId} has been destroyed`);
    this.name = 'RecordingKeyDestroyed';
  }
}

/**
 * Port: one data key (32 bytes, AES-256) per recording; and per member of a workspace, for their name. What is said here
 * of recordings holds for members too.
 *
 * Destroying a key is final and leaves a mark, so that no second key is ever made for the same recording.
 */
export interface KeyRing {
  /**
   * The recording's key, made on first use and durable before it is given out.
   *
   * @throws RecordingKeyDestroyed
   */
  keyForSealing(recordingId: string): Promise<Buffer>;
  /** The recording's key, or null once it is destroyed. */
  keyForOpening(recordingId: string): Promise<Buffer | null>;
  destroy(recordingId: string): Promise<void>;
}
