import { defaultDataFolder } from '@voxpersona/platform';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where the setup puts the model that finds speech. */
const MODEL_FILE = 'silero-vad-v5/silero_vad_v5.onnx';

const modelsFolder = [process.env.MODELS_DIR, join(defaultDataFolder(), 'models')].find(
  (folder) => folder !== undefined && existsSync(join(folder, MODEL_FILE)),
);

/** A way to find speech, and the server's environment for it; undefined where the model was not fetched. */
export interface VoiceActivity {
  name: string;
  env: Record<string, string> | undefined;
}

export const WITHOUT_MODEL = {
  name: 'without the voice-activity model',
  env: { VOICE_ACTIVITY: 'loudness' },
} as const satisfies VoiceActivity;

/** The model takes tones for silence, as it may take people: no word may be lost for that. */
export const WITH_MODEL: VoiceActivity = {
  name: 'with the voice-activity model',
  env: modelsFolder === undefined ? undefined : { VOICE_ACTIVITY: 'silero', MODELS_DIR: modelsFolder },
};
