import { Injectable } from '@nestjs/common';
import { Claim, IdempotentRequests, KeptAnswer } from '@voxpersona/pipeline';
import { Request } from 'express';
import { createHash } from 'node:crypto';
import { callerOf } from '../auth/caller';
import { uploadTokenOf } from '../auth/upload-token';
import { Problem } from '../http/problem';

/** Visible ASCII and spaces inside. */
const KEY = /^[!-~]([ -~]{0,253}[!-~])?$/;
const COME_BACK = { 'Retry-After': '1' };

/** What has become of a request that was named before. */
export type Named =
  { kind: 'first'; claim: Claim } | { kind: 'again'; fingerprint: string; answer: KeptAnswer };

/** The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header). */
@Injectable()
export class Idempotency {
  constructor(private readonly requests: IdempotentRequests) {}

  /** @throws Problem 400 for a key that cannot be used */
  keyOf(request: Request): string | undefined {
    const key = request.get('idempotency-key');
    if (key === undefined || KEY.test(key)) return key;
    throw new Problem('invalid-idempotency-key', 'An Idempotency-Key has 1 to 255 visible ASCII characters.');
  }

  /** @throws Problem 409 while the first request under this key is under way */
  async begin(request: Request, key: string): Promise<Named> {
    const begun = await this.requests.begin(scopeOf(request), key);
    switch (begun.kind) {
      case 'first':
        return begun;
      case 'answered':
        return { ...begun, kind: 'again' };
      case 'under_way':
        throw new Problem(
          'idempotency-key-in-use',
          'A request with this Idempotency-Key is under way. Wait for its answer, or send it again later.',
          COME_BACK,
        );
    }
  }

  /** @throws Problem 422 when the key was used for something else */
  answerOf(again: { fingerprint: string; answer: KeptAnswer }, fingerprint: string): KeptAnswer {
    if (again.fingerprint === fingerprint) return again.answer;
    throw new Problem(
      'idempotency-key-reused',
      'This Idempotency-Key was used for another request. Give each request a key of its own.',
    );
  }
}

export function fingerprintOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Callers name their requests as they like: one's keys must not meet another's. */
export function scopeOf(request: Request): string {
  const caller = callerOf(request);
  if (caller) return caller.keyId;
  const { token = uploadTokenOf(request) } = (request.body ?? {}) as { token?: unknown };
  return `public ${fingerprintOf(token)}`;
}
