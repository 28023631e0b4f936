import { DynamicModule, Module } from '@nestjs/common';
import { Actors, EventCodec, LogReader, SealSigner } from '@voxpersona/event-store';
import {
  ApiKeyUses,
  CATALOGUE,
  CHAT_FILES,
  IdempotentRequests,
  IssuedSecrets,
  EMBEDDER,
  EVENT_STORE,
  JobList,
  JobQueue,
  KEY_RING,
  LANGUAGE_MODEL,
  LEADERSHIP,
  MEDIA,
  OBJECT_STORAGE,
  PIPELINE_SETTINGS,
  PipelineSettings,
  PostgresVectorRepairs,
  ResultStore,
  Sealer,
  SEARCHED_READ_MODELS,
  SearchedReadModels,
  SPEECH_TO_TEXT,
  SWEEP_AFTER_MS,
  TELEGRAM_ID_SECRET,
} from '@voxpersona/pipeline';
import { Environment, PostgresListener } from '@voxpersona/platform';
import {
  Generations,
  IndexGenerations,
  PROJECTIONS_LEADERSHIP,
  ServedPosition,
} from '@voxpersona/projections';
import { VectorStore } from '@voxpersona/vector-store';
import { Pool } from 'pg';
import { Registry } from 'prom-client';
import { Adapters } from './adapters';
import { Foundation } from './foundation';
import { sealerOf } from './sealer';
import { vectorIndexes, vectorRepairs } from './vector-indexes';

export const ENVIRONMENT = Symbol('Environment');
export const ADAPTERS = Symbol('Adapters');

/** Hands the open foundation and the chosen adapters to every module of an application. */
@Module({})
export class FoundationModule {
  static forRoot(environment: Environment, foundation: Foundation, adapters: Adapters): DynamicModule {
    const { embedder } = adapters;
    const served = new ServedPosition(foundation.pool, foundation.listener);
    const searched: SearchedReadModels = {
      waitFor: (position, patienceMs) => served.waitFor(['passages'], position, patienceMs),
    };
    const repairs = vectorRepairs(foundation, embedder.identity);
    const settings: PipelineSettings = {
      maxAttempts: environment.JOB_MAX_ATTEMPTS,
      baseDelayMs: environment.JOB_BACKOFF_MS,
      maxAudioSeconds: environment.MAX_AUDIO_HOURS * 3_600,
      shutdownGraceMs: environment.SHUTDOWN_GRACE_SECONDS * 1_000,
    };
    const providers = [
      { provide: ENVIRONMENT, useValue: environment },
      { provide: ADAPTERS, useValue: adapters },
      { provide: Pool, useValue: foundation.pool },
      { provide: Registry, useValue: foundation.metrics },
      { provide: PostgresListener, useValue: foundation.listener },
      { provide: KEY_RING, useValue: foundation.keyRing },
      { provide: LEADERSHIP, useValue: foundation.leadership },
      { provide: PROJECTIONS_LEADERSHIP, useValue: foundation.leadership },
      { provide: EVENT_STORE, useValue: foundation.store },
      { provide: EventCodec, useValue: foundation.codec },
      { provide: LogReader, useValue: foundation.reader },
      { provide: Actors, useValue: foundation.actors },
      { provide: SealSigner, useValue: foundation.sealSigner },
      { provide: Generations, useValue: new Generations(foundation.pool) },
      { provide: ServedPosition, useValue: served },
      { provide: SEARCHED_READ_MODELS, useValue: searched },
      { provide: Sealer, useValue: sealerOf(foundation) },
      { provide: JobList, useValue: new JobList(foundation.pool) },
      { provide: JobQueue, useValue: foundation.jobs },
      { provide: ResultStore, useValue: foundation.results },
      { provide: IdempotentRequests, useValue: foundation.idempotentRequests },
      { provide: IssuedSecrets, useValue: foundation.issuedSecrets },
      { provide: ApiKeyUses, useValue: foundation.apiKeyUses },
      { provide: VectorStore, useValue: foundation.vectors },
      { provide: PostgresVectorRepairs, useValue: repairs },
      { provide: SPEECH_TO_TEXT, useValue: adapters.speechToText },
      { provide: LANGUAGE_MODEL, useValue: adapters.languageModel },
      { provide: EMBEDDER, useValue: embedder },
      { provide: MEDIA, useValue: adapters.media },
      { provide: OBJECT_STORAGE, useValue: adapters.objectStorage },
      { provide: TELEGRAM_ID_SECRET, useValue: foundation.telegramIdSecret },
      { provide: CHAT_FILES, useValue: adapters.chatFiles },
      { provide: CATALOGUE, useValue: adapters.catalogue },
      { provide: PIPELINE_SETTINGS, useValue: settings },
      { provide: SWEEP_AFTER_MS, useValue: environment.SWEEP_AFTER_HOURS * 3_600_000 },
      { provide: IndexGenerations, useValue: vectorIndexes(environment, foundation, adapters, repairs) },
    ];
    return { module: FoundationModule, global: true, providers, exports: providers };
  }
}
