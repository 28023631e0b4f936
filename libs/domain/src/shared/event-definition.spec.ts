import { z } from 'zod';
import { DOMAIN_EVENTS } from '../events';
import { defineEvent, eventCatalogue } from './event-definition';
import { deriveId } from './ids';
import { ERASED, isErased, personal } from './personal';

describe('defineEvent', () => {
  it('finds the personal fields', () => {
    const event = defineEvent(
      'Said',
      z.object({ recordingId: z.string(), words: personal(z.string()), n: z.number() }),
    );
    expect(event.personalFields).toEqual(['words']);
    expect(event.schema.parse({ recordingId: 'r', words: ERASED, n: 1 }).words).toEqual(ERASED);
  });
  it('wants a subject where there are personal fields', () => {
    expect(() => defineEvent('Said', z.object({ words: personal(z.string()) }))).toThrow(/recordingId/);
  });
  it('wants an upcaster for every version before', () => {
    expect(() => defineEvent('Said', z.object({}), { version: 3, upcasters: { 1: (data) => data } })).toThrow(
      /version 2/,
    );
  });
  it('refuses two events of one type', () => {
    const event = defineEvent('Said', z.object({}));
    expect(() => eventCatalogue([event, event])).toThrow(/twice/);
  });
});

it('names every event in past tense, once', () => {
  for (const type of DOMAIN_EVENTS.keys())
    expect(type).toMatch(/^[A-Z][A-Za-z]+(ed|ten|drawn|Found|Made|Split)$/);
});

it('seals everything that people say, write or name', () => {
  const sealed = [...DOMAIN_EVENTS.values()].flatMap((event) =>
    event.personalFields.map((field) => `${event.type}.${field}`),
  );
  expect(sealed.sort()).toEqual([
    'AudioSplit.promptContext',
    'AudioUploaded.details',
    'AudioUploaded.fileName',
    'ChatMoved.telegramChatId',
    'ChatOpened.telegramChatId',
    'ChunkTranscribed.removed',
    'ChunkTranscribed.segments',
    'DetailsProvided.details',
    'MediaReceived.caption',
    'MediaReceived.file',
    'MediaReceived.fileName',
    'MemberJoined.name',
    'PassagesEmbedded.passages',
    'ReportPartWritten.text',
    'TelegramAccountLinked.telegramUserId',
    'TranscriptAssembled.lines',
  ]);
});

it('derives the same id from the same parts, and only from these', () => {
  expect(deriveId('a', 'b', 1)).toBe(deriveId('a', 'b', 1));
  expect(deriveId('a', 'bc')).not.toBe(deriveId('ab', 'c'));
  expect(deriveId('a', '1')).not.toBe(deriveId('a', 1));
  expect(isErased({ $erased: true })).toBe(true);
  expect(isErased('text')).toBe(false);
});
