import { given } from '@test/domain/given';
import {
  allTranscribed,
  assembled,
  commissioned,
  erased,
  RECORDING,
  split,
  transcribed,
  uploaded,
} from '@test/domain/some';
import { ERASED } from '../shared/personal';
import { Scenario } from '../shared/values';
import { reportIdOf } from './asked';
import { RecordingCommand } from './commands';
import { recordingDecider } from './decider';
import { RecordingEvent } from './events';

const recording = (...events: RecordingEvent[]) => given(recordingDecider, events);

describe('Details', () => {
  const provide = (
    changes: Record<string, string | null>,
    expectedVersion: number | null = null,
    scenario?: Scenario,
  ): RecordingCommand => ({ type: 'ProvideDetails', changes, scenario, expectedVersion });
  const provided = (
    details: Record<string, string>,
    detailsVersion: number,
    scenario: Scenario | null = null,
  ): RecordingEvent => ({
    type: 'DetailsProvided',
    data: { recordingId: RECORDING, scenario, details, detailsVersion },
  });
  const described = (details: Record<string, string>): RecordingEvent => ({
    type: 'AudioUploaded',
    data: { ...uploaded().data, details },
  });

  it('are merged into what is there, and null removes', () => {
    recording(described({ client: 'Ann', city: 'Bonn' }))
      .when(provide({ city: null, zone: 'spa', client: 'Bea' }))
      .then(provided({ client: 'Bea', zone: 'spa' }, 1));
    recording(uploaded(), provided({ a: '1' }, 1))
      .when(provide({ b: '2' }))
      .then(provided({ a: '1', b: '2' }, 2));
  });
  it('that say nothing new are no event', () => {
    recording(described({ client: 'Ann' }))
      .when(provide({ client: 'Ann', city: null }))
      .thenNothing();
    recording(uploaded()).when(provide({})).thenNothing();
  });
  it('change the scenario with them, or without, and only to another', () => {
    const described = recording(uploaded(), provided({ city: 'Bonn' }, 1));
    described.when(provide({}, null, 'note')).then(provided({ city: 'Bonn' }, 2, 'note'));
    described.when(provide({ city: null }, 1, 'note')).then(provided({}, 2, 'note'));
    described.when(provide({ zone: 'spa' })).then(provided({ city: 'Bonn', zone: 'spa' }, 2));
    described.when(provide({}, null, 'interview')).thenNothing();
    const changed = recording(uploaded(), provided({}, 1, 'note'), provided({ a: '1' }, 2));
    changed.when(provide({}, null, 'note')).thenNothing();
    changed.when(provide({}, null, 'interview')).then(provided({ a: '1' }, 3, 'interview'));
    changed.when(provide({}, 1, 'interview')).thenRefused('details_changed');
  });
  it('are changed only as they were read', () => {
    const changed = recording(uploaded(), provided({ a: '1' }, 1));
    changed.when(provide({ a: '2' }, 1)).thenTypes('DetailsProvided');
    changed.when(provide({ a: '2' }, 0)).thenRefused('details_changed');
    changed.when(provide({ a: '2' }, 2)).thenRefused('details_changed');
  });
  it('have an end', () => {
    const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`d${n}`, 'x']));
    recording(described(fifty))
      .when(provide({ more: 'x' }))
      .thenRefused('too_many_details');
    recording(described(fifty))
      .when(provide({ more: 'x', d0: null }))
      .thenTypes('DetailsProvided');
  });
  it('take names that mean something to JavaScript', () =>
    recording(uploaded())
      .when(provide({ constructor: 'x' }))
      .then(provided({ constructor: 'x' }, 1)));
  it('that are erased are none', () => {
    const { state } = recording({ type: 'AudioUploaded', data: { ...uploaded().data, details: ERASED } });
    expect(state.phase === 'present' && state.details).toEqual({});
  });
  it('of an erased recording are refused', () =>
    recording(uploaded(), erased())
      .when(provide({ a: '1' }))
      .thenRefused('recording_erased'));
});

describe('A report on demand', () => {
  const commission = (reportType: string, language: string | null = null): RecordingCommand => ({
    type: 'CommissionReport',
    ...{ reportType, language },
  });
  const idOf = (reportType: string, language: string | null = 'en'): string =>
    reportIdOf(RECORDING, { reportType, transcriptVersion: 1, language, ownLanguage: 'en' });
  const ready: RecordingEvent[] = [
    uploaded([]),
    split(1),
    transcribed(0),
    allTranscribed(1, 1, 0),
    assembled(),
  ];
  const automatic = commissioned(idOf('summary'));

  it('is commissioned on the newest transcript, in its language', () =>
    recording(...ready)
      .when(commission('summary'))
      .then(automatic));
  it('in another language is another report', () => {
    recording(...ready, automatic)
      .when(commission('summary', 'ru'))
      .then({
        type: 'ReportCommissioned',
        data: { ...automatic.data, reportId: idOf('summary', 'ru'), language: 'ru' },
      });
    expect(idOf('summary', 'ru')).not.toBe(idOf('summary'));
  });
  it('that is there is not written again', () => {
    recording(...ready, automatic)
      .when(commission('summary'))
      .thenNothing();
    recording(...ready, automatic)
      .when(commission('summary', 'en'))
      .thenNothing();
  });
  it('needs a transcript with speech', () => {
    recording(uploaded(), split()).when(commission('summary')).thenRefused('transcript_not_ready');
    const silent: RecordingEvent = {
      type: 'NoSpeechFound',
      data: { recordingId: RECORDING, transcriptVersion: 1, gaps: [] },
    };
    recording(uploaded(), split(1), transcribed(0), allTranscribed(1, 1, 0), silent)
      .when(commission('summary'))
      .thenRefused('no_speech_found');
    recording(uploaded(), erased()).when(commission('summary')).thenRefused('recording_erased');
  });
});
