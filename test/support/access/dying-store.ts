import { EventStore } from '@voxpersona/event-store';

/** A store whose next append is carried out, and then the process dies: nobody gets its answer. */
export interface DyingStore {
  store: EventStore;
  /** @param appends so many succeed before the one whose answer is lost */
  dieAfter(appends: number): void;
}

export class Died extends Error {}

export function dyingStore(store: EventStore): DyingStore {
  let left: number | undefined;
  const dying = Object.create(store) as EventStore;
  dying.append = async (...append) => {
    const result = await store.append(...append);
    if (left === 0) {
      left = undefined;
      throw new Died();
    }
    if (left !== undefined) left -= 1;
    return result;
  };
  return {
    store: dying,
    dieAfter: (appends) => {
      left = appends;
    },
  };
}
