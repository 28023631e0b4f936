import { BackendKiller } from '../postgres/backend-killer';
import { withDatabaseOf } from '../server/dump-database';
import { serverWithFakes } from '../server/with-fakes';
import { LoggedEvent, OUTCOME_ENV, OutcomeWorld } from './outcome-world';
import { LOGGED_EVENTS } from './postgres-world';

export interface EmbeddedWorld extends OutcomeWorld {
  killer: BackendKiller;
}

/** Opens a server in its default set-up, with an embedded PostgreSQL. */
export async function openEmbeddedWorld(): Promise<EmbeddedWorld> {
  const fakes = await serverWithFakes({ env: OUTCOME_ENV });
  const { dataFolder } = fakes.server;
  return {
    fakes,
    killer: new BackendKiller(dataFolder),
    log: () =>
      withDatabaseOf(dataFolder, async (client) => (await client.query<LoggedEvent>(LOGGED_EVENTS)).rows),
    close: () => fakes.close(),
  };
}
