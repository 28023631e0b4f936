export { PROVIDER_KEY_MIGRATIONS } from './migrations';
export { KeyPool, type KeyPoolOptions, type KeyStatus } from './key-pool';
export { type KeyRunner, singleKey } from './key-runner';
export type { KeyPoolLog, KeyState } from './key-states';
export { listProviderKeys, type ProviderKeyRecord, restoreProviderKey } from './key-register';
