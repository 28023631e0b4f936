import { ModelSource, SILERO_MODEL } from '@voxpersona/pipeline';
import { defaultDataFolder } from '@voxpersona/platform';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const MODEL = 'silero-vad-v5';
const FILE = `${SILERO_MODEL.weights[0] ?? ''}.onnx`;

/** Folders where the setup puts models (`--models=silero-vad-v5`). */
const folders = [process.env.MODELS_DIR, join(defaultDataFolder(), 'models')].filter(
  (folder) => folder !== undefined,
);

/** The folder of models that has Silero's file; undefined where it was not fetched. */
export const sileroModels = folders.find((folder) => existsSync(join(folder, MODEL, FILE)));

/** Tests that need Silero's file are skipped, visibly, where it was not fetched. */
export const describeWithSilero = sileroModels === undefined ? describe.skip : describe;

/** The model in a folder, without a download. */
export function sileroIn(modelsFolder: string): ModelSource {
  return {
    ...{ model: MODEL, revision: 'main', quantized: false, modelsFolder },
    ...{ hubUrl: undefined, allowDownload: false },
  };
}
