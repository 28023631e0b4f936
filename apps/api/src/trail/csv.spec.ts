import { DomainEvent } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { CSV_HEADER, toCsvLine } from './csv';

const event = {
  ...{ id: 'e', stream: 'recording-1', revision: 0, position: 7n, type: 'RecordingErased' },
  data: { fileName: 'a "b",\nc' },
  metadata: {
    ...{ $correlationId: 'c', $causationId: 'd', commandId: 'f', schemaVersion: 1, hash: 'h' },
    ...{ recordedAt: '2026-11-24T10:00:00.000Z', previousHash: null },
    actor: { kind: 'saga', id: '=cmd|x', owner: null },
  },
} as unknown as Recorded<DomainEvent>;

describe('Events as CSV', () => {
  it('are quoted, and run nothing in a spreadsheet', () => {
    expect(CSV_HEADER.trim().split(',')).toHaveLength(15);
    expect(toCsvLine(event)).toBe(
      `e,7,2026-11-24T10:00:00.000Z,RecordingErased,recording-1,0,saga,'=cmd|x,,c,d,f,h,"{""fileName"":""a \\""b\\"",\\nc""}",\r\n`,
    );
  });
  it('say what is wrong with one that was altered', () => {
    const { data: _data, ...altered } = { ...event, broken: 'It was changed' };
    expect(toCsvLine(altered)).toMatch(/,h,,It was changed\r\n$/);
  });
});
