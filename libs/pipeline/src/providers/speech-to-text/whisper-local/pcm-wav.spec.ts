import { wavFile } from '@test/onnx/wav';
import { samplesOf } from './pcm-wav';

describe('Samples of a WAV file', () => {
  const samples = Int16Array.of(0, 16_384, -32_768, 32_767);

  it('run from -1 to 1', () => {
    const [zero, half, least, most] = samplesOf(wavFile(samples));
    expect([zero, half, least]).toEqual([0, 0.5, -1]);
    expect(most).toBeCloseTo(1, 4);
  });
  it('end with the file where the stated length is longer', () => {
    expect(samplesOf(wavFile(samples, { statedBytes: 0xffff_ffff }))).toHaveLength(4);
  });
  it('may be none', () => expect(samplesOf(wavFile(Int16Array.of()))).toHaveLength(0));
  it.each([
    ['another rate', wavFile(samples, { rate: 44_100 })],
    ['two channels', wavFile(samples, { channels: 2 })],
    ['no WAV file', Buffer.from('ID3 this is something else')],
    ['a cut header', wavFile(samples).subarray(0, 30)],
    ['nothing', Buffer.alloc(0)],
  ])('are refused for %s', (_, file) => {
    expect(() => samplesOf(file)).toThrow(/is not a whole WAV file|not one of 16 at 16000/);
  });
});
