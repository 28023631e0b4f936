export * from './embeddings';
export { HashingEmbedder } from './hashing/hashing-embedder';
