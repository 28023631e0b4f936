import { FakeAnthropic } from '../anthropic/fake-anthropic';
import { FakeEventStoreDb } from '../eventstoredb/fake-eventstoredb';
import { FakeOpenAi } from '../openai/fake-openai';
import { createTestDatabase, TestDatabase } from '../postgres/test-database';
import { hasS3Server, S3Server, startS3Server } from '../s3/s3-server';
import { TestServer } from '../server/test-server';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Several processes on one PostgreSQL, one (fake) EventStoreDB and one object storage. */
export interface Cluster {
  apis: readonly TestServer[];
  workers: readonly TestServer[];
  node: FakeEventStoreDb;
  database: TestDatabase;
  openai: FakeOpenAi;
  /** API key of the installation, which one of the servers made at its first start. */
  key: string;
  close(): Promise<void>;
}

/** Starts all of them at once, as a new installation would. Objects are in an S3 server, else in a folder they share. */
export async function startCluster(size: {
  apis: number;
  workers: number;
  env?: Record<string, string>;
}): Promise<Cluster> {
  const [openai, anthropic, node] = [new FakeOpenAi(), new FakeAnthropic(), new FakeEventStoreDb()];
  const database = await createTestDatabase();
  const s3 = hasS3Server() ? await startS3Server() : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'voxpersona-cluster-'));
  const shared = {
    DATABASE_URL: database.connectionString,
    EVENT_STORE: 'eventstoredb',
    EVENTSTORE_URL: await node.start(),
    VOXPERSONA_MASTER_KEY: randomBytes(32).toString('base64'),
    ...objectStorage(s3, folder),
    OPENAI_API_KEY: 'sk-test-openai',
    OPENAI_BASE_URL: `${await openai.start()}/v1`,
    ANTHROPIC_API_KEY: 'sk-test-anthropic',
    ANTHROPIC_BASE_URL: await anthropic.start(),
    ...size.env,
  };
  const server = (ROLES: string, name: string): TestServer =>
    new TestServer({ dataFolder: mkdtempSync(join(folder, `${name}-`)), env: { ...shared, ROLES } });
  const apis = Array.from({ length: size.apis }, (_, n) => server('api', `api-${n}`));
  const workers = Array.from({ length: size.workers }, (_, n) => server('worker', `worker-${n}`));
  const all = [...apis, ...workers];
  const close = async (): Promise<void> => {
    await Promise.all(all.map((one) => one.stop()));
    await Promise.all([openai.stop(), anthropic.stop(), s3?.stop()]);
    node.stop();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(all.map((one) => one.start()));
    const founder = apis.find(({ dataFolder }) => existsSync(join(dataFolder, 'first-api-key')));
    if (!founder) throw new Error('No server made the first key');
    return { apis, workers, node, database, openai, key: founder.key, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function objectStorage(s3: S3Server | undefined, folder: string): Record<string, string> {
  if (!s3) return { OBJECTS_DIR: join(folder, 'objects') };
  return {
    OBJECT_STORAGE: 'minio',
    MINIO_ENDPOINT: s3.endpoint,
    MINIO_ACCESS_KEY: s3.accessKey,
    MINIO_SECRET_KEY: s3.secretKey,
    MINIO_BUCKET: `cluster-${randomUUID()}`,
  };
}
