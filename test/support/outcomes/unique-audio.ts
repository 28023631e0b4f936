import { wavFile } from '@test/onnx/wav';

const RATE = 8_000;
const SECONDS = 2;
let made = 0;

/** Two seconds of noise as a WAV file, different each time: the same audio would be a duplicate. */
export function uniqueAudio(): Buffer {
  made += 1;
  let state = Math.imul(made, 2_654_435_761) >>> 0;
  const samples = Int16Array.from({ length: RATE * SECONDS }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.round((state / 2 ** 32 - 0.5) * 40_000);
  });
  return wavFile(samples, { rate: RATE });
}
