export * from './adapters';
export * from './database';
export * from './foundation';
export * from './foundation.module';
export * from './log';
export { configuredKeys } from './provider-keys';
