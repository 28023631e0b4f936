import { DecodedEvent, EventCodec, NewEvent } from '../codec/event-codec';
import { StoredEvent } from '../port/event-store';

/** An event of the log, decoded once for everybody in this process. */
export class LogEvent<E extends NewEvent> {
  private decoded: Promise<DecodedEvent<E>> | undefined;

  constructor(
    readonly stored: StoredEvent,
    private readonly codec: Pick<EventCodec<E>, 'decode'>,
  ) {}

  /** Whoever asks gets the same object: nobody may change it. @throws what `EventCodec.decode` throws */
  decode(): Promise<DecodedEvent<E>> {
    this.decoded ??= this.codec.decode(this.stored).catch((error: unknown) => {
      // The database may be back for the next who asks.
      this.decoded = undefined;
      throw error;
    });
    return this.decoded;
  }

  /** Lets go of the plaintext. Whoever asks again gets what can still be decrypted. */
  forget(): void {
    this.decoded = undefined;
  }
}
