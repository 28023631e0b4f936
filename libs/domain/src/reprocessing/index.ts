export * from './correlation';
export * from './decider';
export * from './events';
export * from './forecast';
export * from './state';
