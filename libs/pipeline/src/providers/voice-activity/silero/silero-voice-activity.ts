import { compiledFile } from '@voxpersona/platform';
import { SILERO_MODEL } from '../../models/model-kind';
import { ModelSource, OnProgress, storedName } from '../../models/model-source';
import { TransformersWorker } from '../../transformers/transformers-worker';
import { FRAME_SAMPLES, VoiceActivity } from '../voice-activity';
import { FrameBlocks } from './frame-blocks';
import { CONTEXT_SAMPLES, SileroAnswer, SileroMemory, SileroRequest, STATE_SIZE } from './silero-messages';

/** Sixteen seconds: less than a second of work, so that recordings that are cut at once take turns. */
const FRAMES_A_REQUEST = 500;

type SileroWorker = TransformersWorker<SileroRequest, SileroAnswer, object>;

/** Voice activity by Silero VAD, version 5, in a process of its own. Knows voices; is deaf to tones and music. */
export class SileroVoiceActivity implements VoiceActivity {
  readonly provider = SILERO_MODEL.provider;

  private constructor(
    private readonly worker: SileroWorker,
    readonly model: string,
  ) {}

  /** @throws ProviderFailure `not_installed` when the model cannot be had */
  static async load(source: ModelSource, onProgress?: OnProgress): Promise<SileroVoiceActivity> {
    const script = compiledFile(__dirname, 'silero.worker');
    const wanted = { ...source, quantized: false };
    const { worker, fingerprint } = await TransformersWorker.open<SileroRequest, SileroAnswer, object>(
      script,
      wanted,
      SILERO_MODEL,
      onProgress,
    );
    return new SileroVoiceActivity(worker, storedName(wanted, fingerprint));
  }

  async detect(pcm: AsyncIterable<Buffer>, signal: AbortSignal | undefined): Promise<Float32Array> {
    const heard: Float32Array[] = [];
    let memory: SileroMemory = {
      state: new Float32Array(STATE_SIZE),
      context: new Float32Array(CONTEXT_SAMPLES),
    };
    const hear = async (samples: Float32Array): Promise<void> => {
      const { probabilities, state, context } = await this.worker.request({ samples, ...memory }, signal);
      heard.push(probabilities);
      memory = { state, context };
    };
    const blocks = new FrameBlocks(FRAMES_A_REQUEST * FRAME_SAMPLES);
    for await (const bytes of pcm) for (const block of blocks.add(bytes)) await hear(block);
    const rest = blocks.finish(FRAME_SAMPLES);
    if (rest.length > 0) await hear(rest);
    return joined(heard);
  }

  close(): Promise<void> {
    return this.worker.close();
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
