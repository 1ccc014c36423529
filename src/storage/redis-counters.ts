import type { ThrottlerStorage } from '@nestjs/throttler';
import { Redis } from 'ioredis';
import type { Secret } from '../kernel/secret.js';

type Count = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** Counts one hit in a fixed window and tells the hits and the milliseconds left, in one round trip. */
const countHit = `
local hits = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {hits, left}`;

interface CountingRedis extends Redis {
  countHit(key: string, ttlMs: number): Promise<[number, number]>;
}

/**
 * Counters that all replicas share. While Redis is away each replica counts for itself: limits get looser by the
 * number of replicas, and no decision becomes wrong (G3).
 */
export class RedisCounters implements ThrottlerStorage {
  readonly #redis: CountingRedis;

  constructor(
    url: Secret,
    private readonly own: ThrottlerStorage,
    onError: (error: Error) => void,
  ) {
    this.#redis = new Redis(url.reveal(), {
      // A request never waits for Redis to come back.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: 500,
      commandTimeout: 100,
      // A connection on which nothing comes back is given up, or every request would wait out the time above.
      socketTimeout: 500,
      retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
    }) as CountingRedis;
    this.#redis.on('error', onError);
    this.#redis.defineCommand('countHit', { numberOfKeys: 1, lua: countHit });
  }

  async increment(
    key: string,
    ttl: number,
    limit: number,
    blockDuration: number,
    name: string,
  ): Promise<Count> {
    try {
      if (this.#redis.status !== 'ready')
        return await this.own.increment(key, ttl, limit, blockDuration, name);
      const [totalHits, leftMs] = await this.#redis.countHit(`gatehouse:rate:${name}:${key}`, ttl);
      const timeToExpire = Math.ceil(leftMs / 1000);
      const isBlocked = totalHits > limit;
      return { totalHits, timeToExpire, isBlocked, timeToBlockExpire: isBlocked ? timeToExpire : 0 };
    } catch {
      // Slow, full, read-only, gone: the limit is still kept, by this replica's own count.
      return this.own.increment(key, ttl, limit, blockDuration, name);
    }
  }

  close(): void {
    this.#redis.disconnect();
  }
}
