import type { ThrottlerStorage } from '@nestjs/throttler';
import ipaddr from 'ipaddr.js';
import type { RateLimit } from '../kernel/demand.js';
import { Denial } from '../kernel/denial.js';

export interface RateLimits {
  /** Per source address, before anybody is asked who they are. */
  readonly source: RateLimit;
  /** Per credential, once it is known. */
  readonly identity: RateLimit;
  /** Per source address, of requests that guess at a password: all such doors are counted as one. */
  readonly attempts: RateLimit;
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

  /** @param attempt whether this request guesses at a secret */
  async source(address: string, attempt = false): Promise<LimitExceeded | undefined> {
    const source = sourceKey(address);
    const general = await this.#hit('source', source, this.limits.source);
    if (general !== undefined || !attempt) return general;
    return this.#hit('attempts', source, this.limits.attempts);
  }

  async identity(credentialId: string): Promise<LimitExceeded | undefined> {
    return this.#hit('identity', credentialId, this.limits.identity);
  }

  async #hit(name: string, key: string, limit: RateLimit): Promise<LimitExceeded | undefined> {
    const count = await this.storage.increment(key, limit.windowMs, limit.requests, 0, name);
    if (count.totalHits <= limit.requests) return undefined;
    const denial = Denial.rateLimited(
      count.timeToExpire,
      `more than ${limit.requests} requests in the window of ${name}`,
    );
    return { denial, first: count.totalHits === limit.requests + 1 };
  }
}

/** What counts as one source: an IPv4 address, or the /64 that one IPv6 client can pick all its addresses from. */
function sourceKey(address: string): string {
  if (!address.includes(':') || !ipaddr.IPv6.isValid(address)) return address;
  return `${ipaddr.IPv6.parse(address)
    .parts.slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
