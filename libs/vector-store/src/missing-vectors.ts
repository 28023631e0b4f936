import { PassageSource } from '@voxpersona/domain';
import { Position } from '@voxpersona/event-store';

/** Passages that an event says were embedded, and whose vectors are not in the store. */
export interface MissingVectors {
  /** Of the `PassagesEmbedded`. */
  eventId: string;
  position: Position;
  recordingId: string;
  source: PassageSource;
  passageIds: readonly string[];
  /** Of the event, for the job that embeds them again. */
  correlationId: string;
  workspaceId: string | null;
}

/** What is done about missing vectors, in numbers of vectors. */
export interface RepairFigures {
  /** A job embeds them again. */
  underWay: number;
  /** The job was given up, or cancelled. */
  givenUp: number;
  /** Nobody can: the embedder that made them is not configured any more. */
  impossible: number;
}

/** Has missing vectors made again, whichever process noticed. */
export interface VectorRepairs {
  /**
   * Makes known what the vectors of this embedder lack, as of `upTo`: what is not known yet is queued, and what was missing
   * before that and is not any more is taken off the list.
   */
  settle(embedder: string, upTo: Position, missing: readonly MissingVectors[]): Promise<void>;
  /** Calls back when vectors may have been stored again. @returns a function that unsubscribes */
  onRepaired(listener: () => void): () => void;
  figures(embedder: string): Promise<RepairFigures>;
}

/** Whether to wait for a repair: false once nobody works at it. */
export function isHopeless({ underWay, givenUp, impossible }: RepairFigures): boolean {
  return underWay === 0 && givenUp + impossible > 0;
}

/** What an operator has to do about missing vectors. */
export function repairAdvice({ givenUp, impossible }: RepairFigures, embedder: string): string {
  if (impossible > 0) {
    return `Their embedder ${embedder} is not configured any more. Configure it again, or wait until the index of the configured embedder serves.`;
  }
  if (givenUp > 0)
    return 'The job that embeds them again has failed. Run vox jobs list, then vox jobs retry.';
  return 'A worker embeds them again. Nothing is to be done.';
}
