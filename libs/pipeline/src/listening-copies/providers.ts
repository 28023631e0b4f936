import { FactoryProvider } from '@nestjs/common';
import { DomainEvent } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { Originals } from '../originals';
import { Media } from '../providers/media';
import { ObjectStorage } from '../providers/object-storage';
import { MEDIA, OBJECT_STORAGE } from '../tokens';
import { ClipCutter } from './clip-cutter';
import { ListeningCopies } from './listening-copies';

const listeningCopies: FactoryProvider<ListeningCopies> = {
  provide: ListeningCopies,
  inject: [Actors, OBJECT_STORAGE, Originals],
  useFactory: (actors: Actors<DomainEvent>, storage: ObjectStorage, originals: Originals): ListeningCopies =>
    new ListeningCopies(actors, storage, originals),
};

const clipCutter: FactoryProvider<ClipCutter> = {
  provide: ClipCutter,
  inject: [ListeningCopies, Originals, OBJECT_STORAGE, MEDIA],
  useFactory: (
    copies: ListeningCopies,
    originals: Originals,
    storage: ObjectStorage,
    media: Media,
  ): ClipCutter => new ClipCutter(copies, originals, storage, media),
};

/** Listening copies and clips of this process, with what the application's global module gives. */
export const LISTENING_PROVIDERS = [listeningCopies, clipCutter];
