import { EventStoreUnavailable, RecordingKeyDestroyed, StreamContention } from '@voxpersona/event-store';
import { ProviderFailure } from '../providers/provider-failure';
import { JobRecord } from './job';
import { NotYet } from './not-yet';
import { isPoisonous, outcomeOf } from './run-outcome';

const policy = { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 1_000 };
const record = (counts: Partial<JobRecord> = {}): JobRecord => ({
  id: 'job',
  job: { type: 'SplitAudio', recordingId: 'r' },
  lane: 'media',
  state: 'running',
  ...{
    attempts: 0,
    forgivenAttempts: 0,
    interruptions: 0,
    correlationId: 'c',
    causationId: 'e',
    saga: 's',
    owner: null,
  },
  ...{ failureCode: null, failureProvider: null, failureRequestId: null },
  ...counts,
});
const outcome = (error: unknown, counts?: Partial<JobRecord>) =>
  outcomeOf(error, record(counts), policy, () => 0);
const busy = new ProviderFailure('rate_limited', 'x', { provider: 'p', requestId: 'q', retryAfterMs: 700 });

describe('outcomeOf', () => {
  it('tries again, waits as told, and counts', () => {
    const failure = { code: 'rate_limited', provider: 'p', requestId: 'q' };
    expect(outcome(busy)).toEqual({ kind: 'again', delayMs: 700, failure, counted: true });
  });
  it('gives up after the last attempt, counted from the last retry by hand', () => {
    expect(outcome(busy, { attempts: 2 })).toMatchObject({ kind: 'park' });
    expect(outcome(busy, { attempts: 5, forgivenAttempts: 3 })).toMatchObject({ kind: 'park' });
    expect(outcome(busy, { attempts: 5, forgivenAttempts: 5 })).toMatchObject({ kind: 'again' });
  });
  it('gives up at once where a retry is pointless', () => {
    expect(outcome(new ProviderFailure('unauthorised', 'x', { provider: 'p' }))).toMatchObject({
      kind: 'park',
    });
  });
  it.each([
    new StreamContention('s'),
    new EventStoreUnavailable(new Error()),
    Object.assign(new Error(), { code: '57P01' }),
  ])('does not count trouble of our own: %p', (error) => {
    expect(outcome(error, { attempts: 2 })).toMatchObject({ kind: 'again', counted: false });
  });
  it('does not count a pause in which the provider was not called', () => {
    const paused = new ProviderFailure('rate_limited', 'x', {
      provider: 'p',
      retryAfterMs: 700,
      called: false,
    });
    expect(outcome(paused, { attempts: 2 })).toMatchObject({ kind: 'again', delayMs: 700, counted: false });
  });
  it('does not count a wait for what is to come, however long', () => {
    expect(outcome(new NotYet('x', 700), { attempts: 2 })).toEqual({
      kind: 'again',
      delayMs: 700,
      failure: { code: 'not_yet', provider: null, requestId: null },
      counted: false,
    });
  });
  it('drops what belongs to an erased recording', () => {
    expect(outcome(new RecordingKeyDestroyed('r'))).toEqual({ kind: 'drop' });
  });
  it('takes a mistake of ours for a failure, without its words', () => {
    expect(outcome(new TypeError('secret words'), { attempts: 2 })).toEqual({
      kind: 'park',
      failure: { code: 'internal_error', provider: null, requestId: null },
    });
  });
  it('knows a job that kills its workers', () => {
    expect(isPoisonous(record({ interruptions: 50 }))).toBe(false);
    expect(isPoisonous(record({ interruptions: 51 }))).toBe(true);
  });
});
