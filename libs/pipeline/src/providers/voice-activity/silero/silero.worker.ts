import { join } from 'node:path';
import { GoOn, serveModel } from '../../transformers/serve-model';
import { FRAME_SAMPLES, VOICE_SAMPLE_RATE } from '../voice-activity';
import { OnnxRuntime, OnnxSession, openOnnxRuntime } from './onnx-runtime';
import {
  CONTEXT_SAMPLES,
  SileroAnswer,
  SileroMemory,
  SileroRequest,
  STATE_SHAPE,
  STATE_SIZE,
} from './silero-messages';

/** Frames between two looks at incoming messages: about 20 ms. */
const FRAMES_A_STEP = 50;

serveModel<SileroRequest, SileroAnswer, object>(async ({ folder, identifiedBy }) => {
  const [file] = identifiedBy;
  if (file === undefined) throw new Error('No file of the model was named.');
  const runtime = await openOnnxRuntime();
  // One thread: the model is small, and recordings are cut beside other work.
  const session = await runtime.InferenceSession.create(join(folder, file), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const model = new Silero(runtime, session);
  // A model of another make fails here, and not in the first recording.
  await model.hear(new Float32Array(FRAME_SAMPLES), {
    state: new Float32Array(STATE_SIZE),
    context: new Float32Array(CONTEXT_SAMPLES),
  });
  return { facts: {}, answer: (request, goOn) => hearAll(model, request, goOn) };
});

async function hearAll(model: Silero, request: SileroRequest, goOn: GoOn): Promise<SileroAnswer> {
  const { samples } = request;
  const probabilities = new Float32Array(samples.length / FRAME_SAMPLES);
  let memory: SileroMemory = { state: request.state, context: request.context };
  for (let frame = 0; frame < probabilities.length; frame += 1) {
    if (frame % FRAMES_A_STEP === 0) await goOn();
    const begin = frame * FRAME_SAMPLES;
    const heard = await model.hear(samples.subarray(begin, begin + FRAME_SAMPLES), memory);
    probabilities[frame] = heard.probability;
    memory = heard.memory;
  }
  return { probabilities, ...memory };
}

class Silero {
  private readonly sampleRate;

  constructor(
    private readonly runtime: OnnxRuntime,
    private readonly session: OnnxSession,
  ) {
    this.sampleRate = new runtime.Tensor('int64', BigInt64Array.of(BigInt(VOICE_SAMPLE_RATE)), []);
  }

  async hear(
    frame: Float32Array,
    { state, context }: SileroMemory,
  ): Promise<{ probability: number; memory: SileroMemory }> {
    const input = new Float32Array(CONTEXT_SAMPLES + FRAME_SAMPLES);
    input.set(context);
    input.set(frame, CONTEXT_SAMPLES);
    const { output, stateN } = await this.session.run({
      input: new this.runtime.Tensor('float32', input, [1, input.length]),
      state: new this.runtime.Tensor('float32', state, STATE_SHAPE),
      sr: this.sampleRate,
    });
    const probability = numbers(output?.data, 1)[0] ?? NaN;
    if (!(probability >= 0 && probability <= 1)) throw new Error('The model gives no probability.');
    const next = { state: numbers(stateN?.data, STATE_SIZE), context: frame.slice(-CONTEXT_SAMPLES) };
    return { probability, memory: next };
  }
}

function numbers(data: unknown, length: number): Float32Array {
  if (data instanceof Float32Array && data.length === length) return data;
  throw new Error('This is not the Silero model, version 5.');
}
