import { promptContextOf } from './prompt-context';

it('tells the recogniser names, once each, and not what is written otherwise than it is said', () => {
  const details = {
    date: '2026-11-23',
    auditNumber: '17',
    buildingType: 'health-centre',
    guest: 'Ann Miller',
  };
  expect(promptContextOf({ ...details, client: 'Ann', place: 'Adlon', employee: ' Ann ', zone: '' })).toBe(
    'Ann Miller, Ann, Adlon',
  );
  expect(promptContextOf({ date: '2026-11-23' })).toBe('');
});
