import { shortened } from './shortened';

describe('A shortened text', () => {
  it('is the text itself where it fits', () => expect(shortened('one two', 7)).toBe('one two'));
  it('ends at a space', () => expect(shortened('the front desk was closed', 16)).toBe('the front desk…'));
  it('is no longer than asked for, where there is no space', () => {
    expect(shortened('前台很友好但是房间很冷', 5)).toBe('前台很友…');
    expect(shortened(`a ${'b'.repeat(30)}`, 10)).toBe('a bbbbbbb…');
  });
  it('cuts no character in two', () => expect(shortened('🏨🏨🏨', 4)).toBe('🏨…'));
});
