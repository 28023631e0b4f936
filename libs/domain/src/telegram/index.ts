export * from './account';
export * from './chat';
export * from './ids';
export * from './link-code';
