export * from './clip-cutter';
export * from './listening-copies';
export * from './providers';
