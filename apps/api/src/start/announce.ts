import { INestApplication, Logger } from '@nestjs/common';
import { Adapters, Foundation } from '@voxpersona/composition';
import { Environment } from '@voxpersona/platform';
import { IndexGenerations } from '@voxpersona/projections';
import { setTimeout as sleep } from 'node:timers/promises';

/** A start does not wait longer for the index's process; a large snapshot is read meanwhile. */
const INDEX_PATIENCE_MS = 2_000;

/** Tells what was chosen and where the server listens: the last that a start prints. */
export async function announce(
  app: INestApplication,
  url: string,
  { ROLES: roles }: Environment,
  { logPlace, database }: Foundation,
  adapters: Adapters,
  log: Logger,
): Promise<void> {
  const { speechToText, languageModel, embedder, voiceActivity, reasons } = adapters;
  const isApi = roles.includes('api');
  log.log(
    `Data in ${database.dataFolder}, event log in ${logPlace}, audio in ${adapters.objectStorage.provider}`,
  );
  if (roles.includes('worker')) {
    log.log(`Speech-to-text: ${speechToText.provider} ${speechToText.model} (${reasons.speechToText})`);
    const voice = voiceActivity ? `${voiceActivity.provider} ${voiceActivity.model}` : 'loudness';
    log.log(`Voice activity: ${voice} (${reasons.voiceActivity})`);
    log.log(`Reports: ${languageModel.provider} ${languageModel.model} (${reasons.languageModel})`);
  }
  log.log(`Embeddings: ${embedder.identity.provider} ${embedder.identity.model} (${reasons.embedder})`);
  if (isApi) log.log(`Vector index: ${await describeIndex(app)}`);
  log.log(
    isApi
      ? `Listening on ${url}, API described on ${url}/docs`
      : `Listening on ${url}, for health and metrics only: this process is there for ${roles.join(' and ')}`,
  );
}

/** What will search vectors: said at every start, because without FAISS a large archive is searched slowly. */
async function describeIndex(app: INestApplication): Promise<string> {
  const generations = app.get(IndexGenerations);
  const deadline = Date.now() + INDEX_PATIENCE_MS;
  // A database that is away does not keep the server from saying where it listens.
  const look = async () => (await generations.status().catch(() => null))?.serving.index;
  let index = await look();
  while (!index && Date.now() < deadline) {
    await sleep(20);
    index = await look();
  }
  if (!index) return 'is being opened';
  const why = index.faiss ? '' : ': FAISS is not on this machine (npm start builds it where libfaiss-dev is)';
  return `${index.engine}${why}`;
}
