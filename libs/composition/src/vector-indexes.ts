import { Logger } from '@nestjs/common';
import { embedderName, RecordedEmbedder } from '@voxpersona/domain';
import { readCheckpoint } from '@voxpersona/event-store';
import { PostgresVectorRepairs, reembeddingSagaName } from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import {
  Backfill,
  IndexGenerations,
  parkEvent,
  VECTOR_INDEX,
  VectorIndexReplica,
} from '@voxpersona/projections';
import { VectorIndexProcess } from '@voxpersona/vector-index';
import { VectorRepairs } from '@voxpersona/vector-store';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Adapters } from './adapters';
import { Foundation } from './foundation';

/** The vector indexes of this process: each in a child process, with a folder of its own for its snapshot. */
export function vectorIndexes(
  environment: Environment,
  foundation: Foundation,
  adapters: Adapters,
  repairs: VectorRepairs,
): IndexGenerations {
  const log = new Logger('VectorIndex');
  const { reader, vectors, pool, snapshotKey, database } = foundation;
  const createReplica = (identity: RecordedEmbedder, generation: number): VectorIndexReplica => {
    const index = new VectorIndexProcess({
      folder: join(
        database.dataFolder,
        'vector-index',
        folderName(identity) + (generation === 1 ? '' : `-g${generation}`),
      ),
      key: snapshotKey,
      embedder: embedderName(identity),
      dimension: identity.dimension,
      index: { engine: environment.VECTOR_INDEX },
    });
    return new VectorIndexReplica(reader, vectors, index, identity, log, {
      park: (event, reason) => parkEvent(pool, VECTOR_INDEX, generation, event, reason),
      repairs,
    });
  };
  return new IndexGenerations({
    pool,
    listener: foundation.listener,
    configured: adapters.embedder,
    openEmbedder: (identity) => adapters.openEmbedder(identity),
    createReplica,
    backfill: backfillOf(foundation),
    repairs,
    log,
    patienceMs: environment.READ_PATIENCE_MS,
  });
}

/** The list of missing vectors; jobs make those again that are of the embedder that is configured. */
export function vectorRepairs(
  { pool, listener, jobs }: Foundation,
  configured: RecordedEmbedder,
): PostgresVectorRepairs {
  return new PostgresVectorRepairs(pool, listener, jobs, embedderName(configured));
}

/** Names of models hold slashes. */
function folderName(identity: RecordedEmbedder): string {
  const name = embedderName(identity);
  const readable = name.replaceAll(/[^A-Za-z0-9.-]+/g, '_').slice(0, 80);
  return `${readable}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** What is left is known once the saga has looked at everything in the log; then the queue tells. */
function backfillOf({ store, pool, jobs }: Foundation): Backfill {
  return {
    remaining: async (embedder) => {
      const head = await store.head();
      const checkpoint = await readCheckpoint(pool, reembeddingSagaName(embedder));
      if (!checkpoint || checkpoint.position < head) return null;
      return jobs.countReembedding(embedder);
    },
  };
}
