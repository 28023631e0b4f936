import { HashingEmbedder } from './hashing-embedder';

describe('The hashing embedder', () => {
  const embedder = new HashingEmbedder();
  async function similarity(a: string, b: string): Promise<number> {
    const [x, y] = await embedder.embed([a, b]);
    return x!.reduce((sum, value, index) => sum + value * (y![index] ?? 0), 0);
  }

  it('gives unit vectors, the same on every machine', async () => {
    const [vector] = await embedder.embed(['The breakfast was wonderful.']);
    expect(vector).toHaveLength(embedder.identity.dimension);
    expect(vector!.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
    // Fixed: a change of the method must come with a new name of the model.
    expect(vector!.findIndex((value) => value !== 0)).toBe(0);
  });
  it('gives the zero vector for a text without a word', async () => {
    for (const vector of await embedder.embed(['', '  ', '…!']))
      expect(vector.every((value) => value === 0)).toBe(true);
  });
  it.each([
    ['the room was cold', 'a cold room', 'breakfast at eight'],
    ['the breakfasts were good', 'breakfast', 'conditioning'],
    ['в номере было холодно', 'холодный номер', 'завтрак в восемь'],
    ['Гостиница', 'гостиницы', 'ресторан'],
  ])('puts %j nearer to %j than to %j', async (text, near, far) => {
    expect(await similarity(text, near)).toBeGreaterThan((await similarity(text, far)) + 0.15);
  });
  it('does not care for case', async () => expect(await similarity('ROOM', 'room')).toBeCloseTo(1, 5));
});
