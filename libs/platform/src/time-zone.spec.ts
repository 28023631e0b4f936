import { isTimeZone, ownTimeZone } from './time-zone';

afterEach(() => jest.restoreAllMocks());

it.each([
  ['Asia/Tokyo', true],
  ['utc', true],
  ['Etc/Unknown', false],
  ['Mars/Olympus', false],
  ['+10:00', false],
  ['', false],
])('whether %j is a time zone: %s', (name, is) => {
  expect(isTimeZone(name)).toBe(is);
});

it.each([
  ['Asia/Tokyo', 'Asia/Tokyo'],
  // What Node says with TZ=nonsense, and with TZ set to nothing.
  ['Etc/Unknown', 'UTC'],
  [undefined, 'UTC'],
])('a process that is in %s is in %s', (name, zone) => {
  const known = new Intl.DateTimeFormat().resolvedOptions();
  jest
    .spyOn(Intl.DateTimeFormat.prototype, 'resolvedOptions')
    .mockReturnValue({ ...known, timeZone: name as string });
  expect(ownTimeZone()).toBe(zone);
});
