import { NewApiKey, Scope, WorkspaceState } from '@voxpersona/domain';
import { IssuedSecrets } from './issued-secrets';
import { formatApiKey } from './secrets';

/** What a new key is for. Times are ISO 8601, UTC. */
export interface WantedApiKey {
  label: string;
  /** Null: everything that the member may do. */
  scopes: readonly Scope[] | null;
  /** Null: it does not expire. */
  expiresAt: string | null;
}

/** A key that is not recorded yet. */
export interface MadeApiKey {
  /** The whole key, `vox_<key id>_<secret>`. */
  apiKey: string;
  recorded: NewApiKey;
}

/** The key that a command makes. The same command makes the same key. */
export function makeApiKey(secrets: IssuedSecrets, commandId: string, wanted: WantedApiKey): MadeApiKey {
  const { keyId, secret, secretSha256 } = secrets.apiKey(commandId);
  return { apiKey: formatApiKey({ keyId, secret }), recorded: { keyId, ...wanted, secretSha256 } };
}

/** Whether this very key is in the workspace, which decides whether its secret may be shown. */
export function isRecorded({ recorded }: MadeApiKey, { keys }: WorkspaceState): boolean {
  const { keyId, secretSha256 } = recorded;
  return Object.hasOwn(keys, keyId) && keys[keyId]?.secretSha256 === secretSha256;
}
