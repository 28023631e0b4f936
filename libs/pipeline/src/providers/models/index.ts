export { inspectModel, removeModel, type ModelOnDisk } from './inspect-model';
export { installModel } from './install-model';
export { EMBEDDING_MODEL, SILERO_MODEL, WHISPER_MODEL, type ModelKind } from './model-kind';
export { originOf, type ModelOrigin, type ModelSource, type OnProgress } from './model-source';
export { readModelsFile, type KnownModel } from './models-file';
export { megabytes } from './progress';
