export * from './adapters';
export * from './database';
export * from './foundation';
export * from './foundation.module';
export * from './log';
export * from './metrics';
export { configuredKeys } from './provider-keys';
