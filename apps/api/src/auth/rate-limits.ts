import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '@voxpersona/composition';
import { Environment } from '@voxpersona/platform';
import { Request, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../http/problem';

const MINUTE_SECONDS = 60;

/** How often one key, and one address without a key, may ask. Counted in this process. */
@Injectable()
export class RateLimits {
  private readonly keys: RateLimiterMemory;
  private readonly addresses: RateLimiterMemory;
  private readonly wrongKeys: RateLimiterMemory;
  private readonly perMinute: number;

  constructor(@Inject(ENVIRONMENT) environment: Environment) {
    this.perMinute = environment.RATE_LIMIT_PER_MINUTE;
    const duration = MINUTE_SECONDS;
    this.keys = new RateLimiterMemory({ points: this.perMinute, duration });
    this.addresses = new RateLimiterMemory({ points: this.perMinute, duration });
    this.wrongKeys = new RateLimiterMemory({ points: environment.WRONG_KEYS_PER_MINUTE, duration });
  }

  /** @throws Problem 429 */
  async ofKey(keyId: string, response: Response): Promise<void> {
    const result = await this.consume(this.keys, keyId);
    response.set({
      'RateLimit-Limit': String(this.perMinute),
      'RateLimit-Remaining': String(result.remainingPoints),
      'RateLimit-Reset': String(Math.ceil(result.msBeforeNext / 1_000)),
    });
  }

  /** Of routes that need no key. @throws Problem 429 */
  async ofAddress(request: Request): Promise<void> {
    await this.consume(this.addresses, addressOf(request));
  }

  /** Valid keys of the same address go on working: many people may share one. @throws Problem 429 */
  async ofWrongKey(request: Request): Promise<void> {
    await this.consume(this.wrongKeys, addressOf(request));
  }

  private async consume(limiter: RateLimiterMemory, who: string): Promise<RateLimiterRes> {
    try {
      return await limiter.consume(who);
    } catch (result) {
      if (result instanceof RateLimiterRes) throw tooMany(result);
      throw result;
    }
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes): Problem {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
  return new Problem('too-many-requests', `Wait ${seconds} seconds.`, { 'Retry-After': String(seconds) });
}

/** Of the peer, or as a proxy that is trusted (TRUST_PROXY) says. */
function addressOf(request: Request): string {
  return request.ip ?? 'unknown';
}
