import { AppendOutcomeUnknown, EventStoreUnavailable } from '../port/errors';
import { EventToAppend } from '../port/event-store';
import { RecentAppends } from './recent-appends';

/**
 * What one store object knows of appends whose outcome is unclear. Such an append never ends as `EventStoreUnavailable`
 * afterwards: "nothing was written" would be true of the last try only.
 */
export class UnclearAppends {
  private readonly unclear = new RecentAppends();

  /** Runs one try of an append. @throws what `attempt` throws, an absent store as unknown where an earlier try was unclear */
  async try<T>(stream: string, events: readonly EventToAppend[], attempt: () => Promise<T>): Promise<T> {
    try {
      const result = await attempt();
      this.unclear.delete(events);
      return result;
    } catch (error) {
      if (error instanceof AppendOutcomeUnknown) this.unclear.add(events);
      if (error instanceof EventStoreUnavailable && this.unclear.has(events)) {
        throw new AppendOutcomeUnknown(stream, error);
      }
      throw error;
    }
  }
}
