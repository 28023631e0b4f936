import {
  allTranscribed,
  analysisFailed,
  assembled,
  chunkFailed,
  commissioned,
  copyFailed,
  copyMade,
  copyRequested,
  embedded,
  erased,
  indexed,
  RECORDING,
  REPORT,
  someFailure,
  split,
  transcribed,
  uploaded,
  written,
} from '@test/domain/some';
import { DomainEvent, RecordingStage } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { historyOf } from './call-totals';
import {
  currentReportsOf,
  currentVersionOf,
  gapsOfView,
  isSearchable,
  stageOf,
  statusOf,
} from './recording-status';
import { evolveRecordingView, RecordingView } from './recording-view';
import { removedOfView } from './removed-text';

/** The row after these events; the fold reads type, data, position and the time of recording alone. */
function view(...events: DomainEvent[]): RecordingView {
  const row = events.reduce<RecordingView | undefined>((folded, event, index) => {
    const metadata = { recordedAt: `2026-11-24T12:00:0${index % 10}.000Z` };
    return evolveRecordingView(folded, {
      ...event,
      position: BigInt(index),
      metadata,
    } as Recorded<DomainEvent>);
  }, undefined);
  if (!row) throw new Error('There is no row');
  return row;
}
const stageFailed = (stage: RecordingStage): DomainEvent => ({
  type: 'RecordingStageFailed',
  data: { recordingId: RECORDING, stage, failure: someFailure },
});
const retry = (chunks: number[], stages: RecordingStage[] = []): DomainEvent => ({
  type: 'RecordingRetryRequested',
  data: { recordingId: RECORDING, round: 1, chunks, stages, transcriptVersion: null, reports: [] },
});
const noSpeech: DomainEvent = {
  type: 'NoSpeechFound',
  data: { recordingId: RECORDING, transcriptVersion: 1, gaps: [] },
};
const completed: DomainEvent = {
  type: 'AnalysisCompleted',
  data: { reportId: REPORT, recordingId: RECORDING },
};

const assembledOnce = [uploaded(), split(1), transcribed(0), allTranscribed(1, 1, 0), assembled()];

it.each<[string, string, DomainEvent[]]>([
  ['processing', 'splitting', [uploaded()]],
  ['processing', 'transcribing', [uploaded(), split(), transcribed(0)]],
  ['processing', 'assembling', [uploaded(), split(1), transcribed(0), allTranscribed(1, 1, 0)]],
  ['processing', 'indexing', assembledOnce],
  ['processing', 'indexing', [...assembledOnce, embedded()]],
  ['ready', 'done', [...assembledOnce, embedded(), indexed()]],
  // An earlier build embedded it.
  ['ready', 'done', [...assembledOnce, embedded(1, null)]],
  ['failed', 'indexing', [...assembledOnce, embedded(), stageFailed('index')]],
  ['processing', 'indexing', [...assembledOnce, embedded(), stageFailed('index'), retry([], ['index'])]],
  ['ready', 'done', [...assembledOnce, embedded(), stageFailed('index'), indexed()]],
  // Another embedder embeds it as well.
  ['ready', 'done', [...assembledOnce, embedded(), indexed(), embedded(1, 2)]],
  ['no_speech', 'done', [uploaded(), split(1), transcribed(0), allTranscribed(1, 1, 0), noSpeech]],
  ['failed', 'splitting', [uploaded(), stageFailed('split')]],
  ['processing', 'splitting', [uploaded(), stageFailed('split'), retry([], ['split'])]],
  ['failed', 'done', [uploaded(), split(1), chunkFailed(0), allTranscribed(1, 0, 1)]],
  ['processing', 'transcribing', [uploaded(), split(1), chunkFailed(0), allTranscribed(1, 0, 1), retry([0])]],
  ['erasing', 'splitting', [uploaded(), erased()]],
])('is %s (%s)', (status, stage, events) => {
  expect([statusOf(view(...events)), stageOf(view(...events))]).toEqual([status, stage]);
});

it('is searchable once its current transcript is indexed, also while another one is made', () => {
  const found = [...assembledOnce, embedded(), indexed()];
  const again: DomainEvent = {
    type: 'RetranscriptionRequested',
    data: { recordingId: RECORDING, round: 1, chunks: [0], language: null },
  };
  expect(isSearchable(view(uploaded()))).toBe(false);
  expect(isSearchable(view(...assembledOnce, embedded()))).toBe(false);
  expect(isSearchable(view(...found))).toBe(true);
  expect(isSearchable(view(...found, again))).toBe(true);
  expect(isSearchable(view(...found, again, allTranscribed(2, 1, 0), assembled(2)))).toBe(false);
  expect(isSearchable(view(...found, erased()))).toBe(false);
});

it('shows failed chunks as gaps until they are retried', () => {
  const row = view(uploaded(), split(), transcribed(0), chunkFailed(1));
  expect(gapsOfView(row)).toEqual([
    { chunkIndex: 1, start: 10, end: 20, code: 'unavailable', channel: null },
  ]);
  expect(gapsOfView(view(uploaded(), split(), transcribed(0), chunkFailed(1), retry([1])))).toEqual([]);
});

it('adds up what calls cost, and counts those of unknown price', () => {
  const unknown = transcribed(1);
  unknown.data.call = { ...unknown.data.call, costUsd: null };
  expect(view(uploaded(), split(), transcribed(0), unknown, written('overview')).cost).toEqual({
    usd: 0.002,
    callsOfUnknownPrice: 1,
  });
});

it('follows its reports', () => {
  const status = (...events: DomainEvent[]) => view(uploaded(), commissioned(), ...events).reports[0]?.status;
  expect(status()).toBe('writing');
  expect(status(completed)).toBe('completed');
  expect(status(analysisFailed('overview'))).toBe('failed');
});

it('keeps nothing personal of what was erased', () => {
  const row = view(uploaded(), commissioned(), erased([REPORT]));
  expect(row).toMatchObject({ fileName: null, details: null, reports: [] });
});

it('keeps the language that was given, else the one that was heard', () => {
  const heard = [split(1), transcribed(0), allTranscribed(1, 1, 0), assembled()];
  expect(view(uploaded(), ...heard).language).toBe('en');
  const given = uploaded();
  given.data.language = 'ru';
  expect(view(given, ...heard).language).toBe('ru');
});

it('makes no row of events whose recording it does not know', () => {
  expect(evolveRecordingView(undefined, transcribed(0) as Recorded<DomainEvent>)).toBeUndefined();
});

describe('A cancelled recording', () => {
  const cancelled: DomainEvent = {
    type: 'RecordingCancelled',
    data: { recordingId: RECORDING, reportIds: [REPORT] },
  };
  const late = (resultKey: string): DomainEvent => ({
    type: 'LateCallRecorded',
    data: { recordingId: RECORDING, reportId: null, call: { ...transcribed(0).data.call, resultKey } },
  });
  const resumed: DomainEvent = {
    type: 'RecordingRetryRequested',
    data: {
      ...{ recordingId: RECORDING, round: 1, chunks: [1], stages: [], transcriptVersion: null },
      reports: [{ ...commissioned().data, reportId: REPORT }].map(({ recordingId: _, ...report }) => report),
    },
  };

  it('says so, and so do its reports, until it goes on', () => {
    const row = view(uploaded(), split(), commissioned(), cancelled);
    expect([statusOf(row), row.reports[0]?.status]).toEqual(['cancelled', 'cancelled']);
    const again = view(uploaded(), split(), commissioned(), cancelled, resumed);
    expect([statusOf(again), again.reports[0]?.status]).toEqual(['processing', 'writing']);
  });

  it('counts what came too late, once', () => {
    const used = transcribed(1);
    const key = used.data.call.resultKey;
    expect(view(uploaded(), split(), cancelled, late(key)).cost.usd).toBe(0.001);
    // The paid result is used after all: it did not cost twice.
    expect(view(uploaded(), split(), cancelled, late(key), resumed, used).cost.usd).toBe(0.001);
    expect(view(uploaded(), split(), cancelled, late('f'.repeat(64)), resumed, used).cost.usd).toBe(0.002);
  });
});

it('shows details as they were last provided', () => {
  const provided: DomainEvent = {
    type: 'DetailsProvided',
    data: { recordingId: RECORDING, scenario: null, details: { city: 'Bonn' }, detailsVersion: 1 },
  };
  expect(view(uploaded(), provided)).toMatchObject({ details: { city: 'Bonn' }, detailsVersion: 1 });
  expect(view(uploaded(), provided, erased()).details).toBeNull();
  const isNote: DomainEvent = { ...provided, data: { ...provided.data, scenario: 'note' } };
  const scenarios = [
    view(uploaded(), provided),
    view(uploaded(), isNote),
    view(uploaded(), isNote, provided),
  ];
  expect(scenarios.map(({ scenario }) => scenario)).toEqual(['interview', 'note', 'note']);
});

describe('A transcript that was rejected', () => {
  const rejected: DomainEvent = {
    type: 'TranscriptRejected',
    data: {
      ...{ recordingId: RECORDING, transcriptVersion: 2, reportIds: [] },
      restored: { transcriptVersion: 1, isSilent: false, language: 'en', wordCount: 7, reportIds: [] },
    },
  };
  const both = [
    ...[uploaded(), split(1), transcribed(0), allTranscribed(1, 1, 0), assembled(), embedded(), indexed()],
    ...[allTranscribed(2, 1, 0), { ...noSpeech, data: { ...noSpeech.data, transcriptVersion: 2 } }],
  ] as DomainEvent[];

  it('leaves its place to the one before, once that is found again', () => {
    expect(statusOf(view(...both))).toBe('no_speech');
    const restored = view(...both, rejected);
    expect([currentVersionOf(restored), restored.wordCount, stageOf(restored)]).toEqual([1, 7, 'indexing']);
    expect(statusOf(view(...both, rejected, embedded(1, 2)))).toBe('processing');
    expect(statusOf(view(...both, rejected, embedded(1, 2), indexed(1, 2)))).toBe('ready');
  });
  it('is no hindrance for the next', () =>
    expect(
      currentVersionOf(view(...both, rejected, embedded(1), allTranscribed(3, 1, 0), assembled(3))),
    ).toBe(3));
  it('that was not current changes nothing', () => {
    const other = { ...rejected, data: { ...rejected.data, restored: null } } as DomainEvent;
    expect(currentVersionOf(view(...both, other))).toBe(2);
  });
});

it('The report to read is the newest of its type and language that is complete and was not rejected', () => {
  const again = REPORT.replace('4', '5');
  const done: DomainEvent = { type: 'AnalysisCompleted', data: { reportId: again, recordingId: RECORDING } };
  const rejected: DomainEvent = { type: 'ReportRejected', data: { reportId: again, recordingId: RECORDING } };
  const events = [uploaded(), commissioned(), completed, commissioned(again)];
  expect([...currentReportsOf(view(...events))]).toEqual([REPORT]);
  expect([...currentReportsOf(view(...events, done))]).toEqual([again]);
  expect([...currentReportsOf(view(...events, done, rejected))]).toEqual([REPORT]);
});

it('What calls took is kept for forecasts', () => {
  const events = [uploaded(), split(1), transcribed(0), commissioned(), written('overview'), completed];
  expect(historyOf(view(...events))).toEqual({
    audioSeconds: 30,
    speech: { pricedAmount: 10, usd: 0.001, amount: 10, made: 0 },
    reports: { summary: { pricedAmount: 0, usd: 0.001, amount: 0, made: 1 } },
  });
  const { calls: _, ...ofBefore } = view(...events);
  expect(historyOf(ofBefore)).toEqual({ audioSeconds: 30, speech: null, reports: {} });
});

describe('A recording whose channels are separate', () => {
  const { data, ...event } = split(2);
  const channels = data.chunks.map((chunk, index) => ({ ...chunk, channel: index + 1, start: 0, end: 10 }));
  const inChannels: DomainEvent = { ...event, data: { ...data, chunks: channels } };

  it('names the channels of its gaps, and of text that was left out', () => {
    const removed = [{ start: 4, end: 6, code: 'repetition', text: 'you you you' }];
    const heard = transcribed(1);
    const withRemoved: DomainEvent = { ...heard, data: { ...heard.data, removed } };
    const row = view(uploaded(), inChannels, chunkFailed(0), withRemoved);
    expect(gapsOfView(row)).toEqual([{ chunkIndex: 0, start: 0, end: 10, code: 'unavailable', channel: 1 }]);
    expect(removedOfView(row)).toMatchObject([{ chunkIndex: 1, channel: 2 }]);
  });

  it('costs as much as all of its channels when it is transcribed again', () =>
    expect(historyOf(view(uploaded(), inChannels))).toMatchObject({ audioSeconds: 60 }));

  it('is one whose channels are mixed in rows of the version before', () => {
    const row = view(uploaded(), split(2), chunkFailed(0));
    const chunks = row.chunks.map(({ channel: _, ...chunk }) => chunk);
    expect(gapsOfView({ ...row, chunks })).toMatchObject([{ channel: null }]);
    expect(historyOf({ ...row, chunks })).toMatchObject({ audioSeconds: 30 });
  });
});

describe('Text that a rule left out', () => {
  const loop = { start: 4, end: 40, code: 'repetition', text: 'you you you' };
  const heard = transcribed(1);
  const withRemoved: DomainEvent = { ...heard, data: { ...heard.data, removed: [loop] } };
  it('can be read, with its place in the recording and not beyond its chunk', () => {
    const row = view(uploaded(), split(2), transcribed(0), withRemoved);
    const chunk = row.chunks[1];
    expect(removedOfView(row)).toEqual([
      {
        ...loop,
        ...{ chunkIndex: 1, channel: null },
        start: (chunk?.start ?? 0) + 4,
        end: Math.min((chunk?.start ?? 0) + 40, chunk?.end ?? 0),
      },
    ]);
  });
  it('is gone when the chunk is transcribed again, and with the recording', () => {
    const again: DomainEvent = {
      type: 'RetranscriptionRequested',
      data: { recordingId: RECORDING, round: 1, chunks: [1], language: null },
    };
    expect(removedOfView(view(uploaded(), split(2), withRemoved, again))).toEqual([]);
    expect(JSON.stringify(view(uploaded(), split(2), withRemoved, erased()))).not.toContain('you you');
  });
});

describe('The listening copy of a recording', () => {
  const begun = [uploaded([]), split(1), transcribed(0)];
  const copyAfter = (...events: DomainEvent[]) => view(...begun, ...events).listeningCopy;

  it('is shown with what can be done with it', () => {
    expect(copyAfter()).toBeUndefined();
    expect(copyAfter(copyRequested())).toEqual({ status: 'pending' });
    expect(copyAfter(copyRequested(), copyMade())).toEqual({
      status: 'ready',
      sizeBytes: 7,
      durationSeconds: 20,
    });
    expect(copyAfter(copyRequested(), copyMade(), copyRequested(2, 'lost'))).toEqual({ status: 'pending' });
  });
  it('fails by itself', () => {
    const course = [
      allTranscribed(1, 1, 0),
      assembled(),
      embedded(),
      indexed(),
      copyRequested(),
      copyFailed(),
    ];
    const row = view(...begun, ...course);
    expect(row.listeningCopy).toEqual({ status: 'failed', code: someFailure.code });
    expect(statusOf(row)).toBe('ready');
  });
  it('is gone with the recording', () =>
    expect(copyAfter(copyRequested(), copyMade(), erased())).toBeUndefined());
});
