export * from './choose';
export * from './embeddings';
export { HashingEmbedder } from './hashing/hashing-embedder';
export { TransformersEmbedder, type TransformersEmbedderOptions } from './transformers/transformers-embedder';
