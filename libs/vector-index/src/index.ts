export * from './vector-index';
export { LocalVectorIndex, DEFAULT_LOCAL_OPTIONS } from './core/local-vector-index';
export type { LocalVectorIndexOptions } from './core/local-vector-index';
export { faissFactory } from './faiss/faiss-candidates';
export { loadFaiss } from './faiss/faiss-node';
export { VectorIndexProcess, VectorIndexLost } from './process/vector-index-process';
export type { VectorIndexProcessOptions } from './process/vector-index-process';
