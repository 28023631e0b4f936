export * from './missing-vectors';
export * from './vector-store';
