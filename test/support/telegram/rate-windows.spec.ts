import { RateWindows } from './rate-windows';

const ANN = { id: 1, isGroup: false };
const GROUP = { id: -1, isGroup: true };

describe('rate windows', () => {
  it('lets one message a second go to a person, and forgives what the network does to that', () => {
    const windows = new RateWindows();
    windows.count(0, ANN);
    expect(windows.judge(960, ANN)).toEqual({ rule: 'private_chat', retryAfterSeconds: 1 });
    expect(windows.judge(975, ANN)).toBeUndefined();
    expect(windows.judge(10, { ...ANN, id: 2 })).toBeUndefined();
  });

  it('lets twenty a minute go to a group, in any minute', () => {
    const windows = new RateWindows();
    for (let sent = 0; sent < 20; sent += 1) windows.count(sent * 2_000, GROUP);
    expect(windows.judge(40_000, GROUP)).toEqual({ rule: 'group', retryAfterSeconds: 20 });
    expect(windows.judge(60_000, GROUP)).toBeUndefined();
  });

  it('lets thirty a second go overall', () => {
    const windows = new RateWindows();
    for (let person = 1; person <= 30; person += 1) windows.count(100, { id: person, isGroup: false });
    expect(windows.judge(500, { id: 99, isGroup: false })).toEqual({ rule: 'overall', retryAfterSeconds: 1 });
    expect(windows.judge(1_100, { id: 99, isGroup: false })).toBeUndefined();
  });
});
