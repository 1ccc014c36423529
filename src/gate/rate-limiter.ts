import type { ThrottlerStorage } from '@nestjs/throttler';
import type { RateLimit } from '../kernel/demand.js';
import { Denial } from '../kernel/denial.js';

export interface RateLimits {
  /** Per source address, before anybody is asked who they are. */
  readonly source: RateLimit;
  /** Per credential, once it is known. */
  readonly identity: RateLimit;
}

/** A refusal for being too many, and whether it is the first of its window: only that one is worth a record. */
export interface LimitExceeded {
  readonly denial: Denial;
  readonly first: boolean;
}

/** Counts requests in fixed windows. Where they are counted (this process, or Redis for all replicas) is the storage's affair. */
export class RateLimiter {
  constructor(
    private readonly storage: ThrottlerStorage,
    private readonly limits: RateLimits,
  ) {}

  async source(address: string, own: RateLimit | undefined, door: string): Promise<LimitExceeded | undefined> {
    const general = await this.#hit('source', address, this.limits.source);
    if (general !== undefined || own === undefined) return general;
    return this.#hit('source-route', `${door}|${address}`, own);
  }

  async identity(credentialId: string): Promise<LimitExceeded | undefined> {
    return this.#hit('identity', credentialId, this.limits.identity);
  }

  async #hit(name: string, key: string, limit: RateLimit): Promise<LimitExceeded | undefined> {
    const count = await this.storage.increment(key, limit.windowMs, limit.requests, 0, name);
    if (count.totalHits <= limit.requests) return undefined;
    const denial = Denial.rateLimited(count.timeToExpire, `more than ${limit.requests} requests in the window of ${name}`);
    return { denial, first: count.totalHits === limit.requests + 1 };
  }
}
