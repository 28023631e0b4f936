import { z } from 'zod';

/** Who acted. `owner` is the id of the workspace on whose behalf; null for the system itself. */
export const actorSchema = z.object({
  kind: z.enum(['api-key', 'invitation', 'upload-link', 'telegram', 'operator', 'saga', 'system']),
  /** Key id, link id, id of a Telegram account, saga name or the like; never a person's name. */
  id: z.string().min(1),
  owner: z.uuid().nullable(),
  /** Whom a key, a link or an account acts for; events from before there were members have none. */
  member: z.uuid().optional(),
});
export type Actor = z.infer<typeof actorSchema>;

/** What every event says of itself: who, why, from what (invariant 8). `$` keys are EventStoreDB's own. */
export const eventMetadataSchema = z.object({
  /** Groups everything that follows from one request. */
  $correlationId: z.string().min(1),
  /** Id of the command's own cause: an event's id for a saga's command, the request's id for a user's. */
  $causationId: z.string().min(1),
  actor: actorSchema,
  commandId: z.string().min(1),
  schemaVersion: z.number().int().min(1),
  /** ISO 8601, UTC, by the clock of the process that wrote it. */
  recordedAt: z.iso.datetime(),
  previousHash: z.string().nullable(),
  hash: z.string(),
});
export type EventMetadata = z.infer<typeof eventMetadataSchema>;

/** Of an event that was altered: what can be read of it, empty where that is nothing. */
export const readableMetadata = z.object({
  $correlationId: z.string().catch(''),
  $causationId: z.string().catch(''),
  actor: actorSchema.catch({ kind: 'system', id: 'unknown', owner: null }),
  commandId: z.string().catch(''),
  schemaVersion: z.number().catch(0),
  recordedAt: z.iso.datetime().or(z.literal('')).catch(''),
  previousHash: z.string().nullable().catch(null),
  hash: z.string().catch(''),
}) satisfies z.ZodType<EventMetadata>;

/** Where a command comes from; goes into the metadata of every event that it leads to. */
export interface CommandContext {
  /** UUID. The same command sent twice carries the same id and is carried out once. */
  commandId: string;
  correlationId: string;
  causationId: string;
  actor: Actor;
}
