import { openBlock, sealBlock } from '@voxpersona/event-store';
import { isDatabaseFailure, Presence, withPatience } from '@voxpersona/platform';
import { createHash } from 'node:crypto';
import { Pool } from 'pg';
import { ClaimsInFlight, ClaimTable, StoredAnswer } from './claim-table';
import { Upkeep } from './upkeep';

const UPKEEP_EVERY_MS = 20_000;
const FORGET_EVERY_MS = 10 * 60_000;
/** Right after a start or an outage others cannot see yet that this process lives; a claim waits for that. */
const PRESENCE_PATIENCE_MS = 1_000;
/** A client does not wait longer than this for what becomes of its key once its request is over. */
const SETTLE_MS = 3_000;
/** A request that ends between the two looks at its row is looked at again. */
const LOOKS = 3;
/** Answers that wait for the database: for so long, and so many. */
const UNSTORED_MS = 10 * 60_000;
const MAX_UNSTORED = 1_000;

export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/**
 * The one request that works under its key. It must be finished or released. Neither ever rejects: what becomes of the key
 * does not change what the client is told of its request.
 */
export interface Claim {
  /** Keeps the answer. A database that is away gets it later. */
  finish(fingerprint: string, answer: KeptAnswer): Promise<void>;
  /** The request failed: the next one under this key is the first again. */
  release(): Promise<void>;
}

export type Begun =
  | { kind: 'first'; claim: Claim }
  | { kind: 'under_way' }
  | { kind: 'answered'; fingerprint: string; answer: KeptAnswer };

interface UnstoredAnswer extends StoredAnswer {
  id: string;
  /** Milliseconds since the epoch. */
  dropAt: number;
}

/**
 * Remembers the answers to requests that carry an Idempotency-Key, so that sending one again does nothing twice.
 *
 * A key belongs to the request that works under it, and is free when that request has failed or its process has ended. Two
 * requests may still work under one key at the same time: after a restart of PostgreSQL a living process looks dead until
 * its presence is shown again (see Presence). That is safe, because the ids of commands derive from caller, key and
 * content, so both do the same thing once. Only the answer of the newer claim is kept.
 */
export class IdempotentRequests {
  private readonly table: ClaimTable;
  private readonly upkeep = new Upkeep(() => this.tidy(), UPKEEP_EVERY_MS);
  private lastClaim = 0;
  /** Requests that run, and requests whose answer is not stored yet. */
  private readonly inFlight = new Set<number>();
  private readonly unstored = new Map<number, UnstoredAnswer>();
  private forgetAt = 0;

  /**
   * @param sealingKey 32 bytes
   * @param unstoredMs how long an answer waits for a database that is away
   */
  constructor(
    pool: Pool,
    private readonly sealingKey: Buffer,
    private readonly presence: Presence,
    private readonly unstoredMs = UNSTORED_MS,
  ) {
    this.table = new ClaimTable(pool, presence.id);
  }

  /**
   * Begins a request, if none works under its key.
   *
   * @param scope whose request it is: keys of different callers never meet
   * @throws the database's errors; the request did not begin then, and the key is free
   */
  async begin(scope: string, key: string): Promise<Begun> {
    this.upkeep.start();
    // Goes on without: a request must not fail for that.
    await this.presence.shown(PRESENCE_PATIENCE_MS);
    const id = createHash('sha256')
      .update(JSON.stringify([scope, key]))
      .digest('hex');
    try {
      for (let look = 0; look < LOOKS; look += 1) {
        const begun = await this.tryToBegin(id);
        if (begun) return begun;
      }
      return { kind: 'under_way' };
    } catch (error) {
      // The connection may have broken after a claim was made.
      this.upkeep.soon();
      throw error;
    }
  }

  /** Ends the work in the background. What is left undone is free with the end of this process. */
  close(): void {
    this.upkeep.close();
  }

  /** @returns undefined when the request that had the key has just ended */
  private async tryToBegin(id: string): Promise<Begun | undefined> {
    this.lastClaim += 1;
    const claim = this.lastClaim;
    this.inFlight.add(claim);
    let isClaimed = false;
    try {
      isClaimed = await this.table.claim(id, claim, this.claimsInFlight());
    } finally {
      if (!isClaimed) this.inFlight.delete(claim);
    }
    return isClaimed ? { kind: 'first', claim: this.claimOf(id, claim) } : this.lookAt(id);
  }

  private async lookAt(id: string): Promise<Begun | undefined> {
    const row = await this.table.read(id);
    if (!row) return undefined;
    const { ownClaim } = row;
    const stored = row.stored ?? (ownClaim === undefined ? undefined : this.unstored.get(ownClaim));
    if (stored) return this.answered(id, stored);
    // Over since the row was read.
    if (ownClaim !== undefined && !this.inFlight.has(ownClaim)) return undefined;
    return { kind: 'under_way' };
  }

  private answered(id: string, { fingerprint, answer }: StoredAnswer): Begun {
    const opened = openBlock(this.sealingKey, answer, [id]).toString('utf8');
    return { kind: 'answered', fingerprint, answer: JSON.parse(opened) as KeptAnswer };
  }

  private claimOf(id: string, claim: number): Claim {
    return {
      finish: async (fingerprint, answer) => {
        const sealed = sealBlock(this.sealingKey, Buffer.from(JSON.stringify(answer), 'utf8'), [id]);
        const unstored = { id, fingerprint, answer: sealed, dropAt: Date.now() + this.unstoredMs };
        this.unstored.set(claim, unstored);
        await this.settle(this.store(claim, unstored));
      },
      release: async () => {
        this.inFlight.delete(claim);
        await this.settle(this.table.free(id, claim));
      },
    };
  }

  /** Waits a little for a statement; the upkeep does again what failed. */
  private async settle(statement: Promise<void>): Promise<void> {
    await withPatience(
      statement.catch(() => this.upkeep.soon()),
      SETTLE_MS,
    );
  }

  private async store(claim: number, { id, ...answer }: UnstoredAnswer): Promise<void> {
    await this.table.store(id, claim, answer);
    this.forgetClaim(claim);
  }

  private forgetClaim(claim: number): void {
    this.unstored.delete(claim);
    this.inFlight.delete(claim);
  }

  private async tidy(): Promise<void> {
    await this.storeAnswers();
    await this.table.freeLeftovers(this.claimsInFlight());
    if (this.inFlight.size > 0) await this.table.renew(this.claimsInFlight());
    if (Date.now() < this.forgetAt) return;
    await this.table.forget();
    this.forgetAt = Date.now() + FORGET_EVERY_MS;
  }

  /** An answer that is dropped frees its key: sent again, the request finds in the log what it did. */
  private async storeAnswers(): Promise<void> {
    for (const [claim, unstored] of this.unstored) {
      if (this.unstored.size > MAX_UNSTORED || Date.now() > unstored.dropAt) {
        this.forgetClaim(claim);
        continue;
      }
      try {
        await this.store(claim, unstored);
      } catch (error) {
        if (isDatabaseFailure(error)) throw error;
        this.forgetClaim(claim);
      }
    }
  }

  private claimsInFlight(): ClaimsInFlight {
    return { last: this.lastClaim, claims: [...this.inFlight] };
  }
}
