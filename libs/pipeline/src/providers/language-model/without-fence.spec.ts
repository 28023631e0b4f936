import { withoutFence } from './without-fence';

describe('A code fence', () => {
  it.each([
    ['```markdown\n# Summary\n\nAll was well.\n```', '# Summary\n\nAll was well.'],
    ['```\nAll was well.```\n', 'All was well.'],
    ['~~~md\r\nAll was well.\r\n~~~', 'All was well.'],
  ])('around a whole answer is removed: %j', (text, expected) => expect(withoutFence(text)).toBe(expected));
  it.each([
    'All was well.',
    'Use this:\n```\nrun\n```',
    '```\na\n```\nand\n```\nb\n```',
    '```only a beginning',
  ])('within an answer stays: %j', (text) => expect(withoutFence(text)).toBe(text));
});
