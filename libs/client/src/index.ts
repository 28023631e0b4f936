import createClient, { Client } from 'openapi-fetch';
import type { components, paths } from './schema';

/** Every named shape of the API, by name: `Shapes['Recording']`. */
export type Shapes = components['schemas'];
export type VoxPersonaClient = Client<paths>;

/**
 * A client of the REST API, typed by its description. Answers of all statuses come back as values: `data` of a success,
 * `error` (problem details) otherwise, and the `response` itself.
 *
 * @param baseUrl where the server is reached, without a path
 * @param apiKey left out: only what needs no key
 */
export function createVoxPersonaClient(baseUrl: string, apiKey?: string): VoxPersonaClient {
  const headers = apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` };
  return createClient<paths>({ baseUrl, headers });
}
