export * from './log-mark';
export * from './original-missing';
export * from './originals';
