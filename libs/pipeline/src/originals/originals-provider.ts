import { FactoryProvider } from '@nestjs/common';
import { EventStore } from '@voxpersona/event-store';
import { ObjectStorage } from '../providers/object-storage';
import { EVENT_STORE, OBJECT_STORAGE } from '../tokens';
import { Originals } from './originals';

/** The originals of this process, with what the application's global module gives. */
export const ORIGINALS_PROVIDER: FactoryProvider<Originals> = {
  provide: Originals,
  inject: [OBJECT_STORAGE, EVENT_STORE],
  useFactory: (storage: ObjectStorage, store: EventStore): Originals => new Originals(storage, store),
};
