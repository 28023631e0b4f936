import { FactoryProvider, Logger } from '@nestjs/common';
import { DomainEvent } from '@voxpersona/domain';
import { EventCodec, EventStore } from '@voxpersona/event-store';
import { ObjectStorage } from '../providers/object-storage';
import { EVENT_STORE, OBJECT_STORAGE, SWEEP_AFTER_MS } from '../tokens';
import { Sweeper } from './sweeper';

const HOUR_MS = 3_600_000;

/** The sweeper of this process, with what the application's global module gives. */
export const SWEEPER_PROVIDER: FactoryProvider<Sweeper> = {
  provide: Sweeper,
  inject: [OBJECT_STORAGE, EVENT_STORE, EventCodec, SWEEP_AFTER_MS],
  useFactory: (
    storage: ObjectStorage,
    store: EventStore,
    codec: EventCodec<DomainEvent>,
    afterMs: number,
  ): Sweeper => new Sweeper(storage, store, codec, { afterMs, everyMs: HOUR_MS, log: new Logger('Sweeper') }),
};
