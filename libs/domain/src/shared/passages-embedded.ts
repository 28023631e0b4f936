import { z } from 'zod';
import { defineEvent } from './event-definition';
import { personal } from './personal';
import { embedderIdentity, language, passage } from './values';

/** What a set of passages was cut from. */
export const passageSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('transcript'), transcriptVersion: z.number().int().min(1) }),
  z.object({ kind: z.literal('report'), reportId: z.uuid() }),
]);
export type PassageSource = z.infer<typeof passageSource>;

/**
 * The passages of a transcript (on the recording's stream) or of a report (on the report's) are cut and embedded.
 * The vectors themselves lie in the vector store, under the passages' ids and the embedder's identity.
 */
export const PassagesEmbedded = defineEvent(
  'PassagesEmbedded',
  z.object({
    recordingId: z.uuid(),
    owner: z.uuid(),
    source: passageSource,
    language,
    embedder: embedderIdentity,
    passageIds: z.array(z.uuid()),
    passages: personal(z.array(passage)),
    /** Number of this event among its kind in the stream; null: written before `Indexed` followed it. */
    embedding: z.number().int().min(1).nullable(),
  }),
  { version: 2, upcasters: { 1: (data) => ({ ...data, embedding: null }) } },
);
