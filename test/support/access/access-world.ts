import { createTestLog } from '@test/postgres/test-log';
import { deriveId, DOMAIN_EVENTS, DomainEvent, founderIdOf, ownerIdOf } from '@voxpersona/domain';
import { Actors, EventCodec, EventStore, PostgresKeyRing } from '@voxpersona/event-store';
import { IssuedSecrets, RequestContext, Workspaces } from '@voxpersona/pipeline';
import { randomBytes, randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { Died, dyingStore } from './dying-store';

/** What one process has of an installation. */
export interface AccessProcess {
  pool: Pool;
  store: EventStore;
  actors: Actors<DomainEvent>;
  workspaces: Workspaces;
  secrets: IssuedSecrets;
}

/** An installation whose processes share the database and the master key, and nothing else. */
export interface AccessWorld {
  process(): AccessProcess;
  /** One of its processes carries out `work` and dies when the append after the first `appends` is done. */
  dieIn(work: (process: AccessProcess) => Promise<unknown>, appends?: number): Promise<void>;
  /** Types of the events of a stream. */
  typesOf(stream: string): Promise<string[]>;
  /** A workspace of its own, and its founder. */
  workspace(): Promise<{ ownerId: string; founderId: string }>;
  close(): Promise<void>;
}

export function systemRequest(requestId: string = randomUUID()): RequestContext {
  return { requestId, actor: { kind: 'system', id: 'test', owner: null } };
}

export async function createAccessWorld(): Promise<AccessWorld> {
  const log = await createTestLog();
  const [ringKey, secretsKey] = [randomBytes(32), randomBytes(32)];
  const processOn = (pool: Pool, store: EventStore): AccessProcess => {
    const keys = new PostgresKeyRing(pool, ringKey);
    const codec = new EventCodec<DomainEvent>(DOMAIN_EVENTS, keys, (id, index) =>
      deriveId('event', id, index),
    );
    const actors = new Actors(store, codec);
    const secrets = new IssuedSecrets(secretsKey);
    return { pool, store, actors, workspaces: new Workspaces(actors), secrets };
  };
  const open = (): AccessProcess => {
    const { pool, store } = log.openAgain();
    return processOn(pool, store);
  };
  const lasting = open();
  return {
    process: open,
    dieIn: async (work, appends = 0) => {
      const dying = dyingStore(log.store);
      dying.dieAfter(appends);
      const error: unknown = await work(processOn(log.pool, dying.store)).catch((thrown: unknown) => thrown);
      if (!(error instanceof Died)) throw new Error(`It should have died: ${String(error)}`);
    },
    typesOf: async (stream) => {
      const types: string[] = [];
      for await (const { type } of log.store.readStream(stream)) types.push(type);
      return types;
    },
    workspace: async () => {
      const name = randomUUID();
      const ownerId = ownerIdOf(name);
      await lasting.workspaces.ask(ownerId, { type: 'RegisterWorkspace', name }, systemRequest());
      return { ownerId, founderId: founderIdOf(ownerId) };
    },
    close: () => log.close(),
  };
}
