export * from './callback-action';
export * from './callback-data';
