export * from './authorise';
export * from './commands';
export * from './decider';
export * from './denials';
export * from './events';
export { isUsable } from './keys';
export * from './roles';
export type { WorkspaceRefusal } from './rules';
export * from './state';
