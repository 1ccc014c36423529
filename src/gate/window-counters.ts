import type { ThrottlerStorage } from '@nestjs/throttler';

type Count = Awaited<ReturnType<ThrottlerStorage['increment']>>;

interface Window {
  hits: number;
  readonly endsAt: number;
}

/**
 * This process's own counters: one number a key and window. The library's storage keeps a time stamp for each hit and
 * walks them all at every request, which a gate that counts every request cannot afford.
 */
export class WindowCounters implements ThrottlerStorage {
  readonly #windows = new Map<string, Window>();

  constructor(
    private readonly now: () => number = () => performance.now(),
    /** Most keys that are counted at once. */
    private readonly maxWindows = 100_000,
  ) {}

  /** How many keys are being counted. */
  get size(): number {
    return this.#windows.size;
  }

  /** @param ttl length of the window in milliseconds */
  increment(key: string, ttl: number, limit: number, _blockDuration: number, name: string): Promise<Count> {
    const id = `${name}|${key}`;
    const now = this.now();
    const window = this.#open(id, now, ttl);
    window.hits += 1;
    const timeToExpire = Math.ceil((window.endsAt - now) / 1000);
    const isBlocked = window.hits > limit;
    const timeToBlockExpire = isBlocked ? timeToExpire : 0;
    return Promise.resolve({ totalHits: window.hits, timeToExpire, isBlocked, timeToBlockExpire });
  }

  #open(id: string, now: number, ttl: number): Window {
    const current = this.#windows.get(id);
    if (current !== undefined && current.endsAt > now) return current;
    this.#windows.delete(id);
    if (this.#windows.size >= this.maxWindows) this.#makeRoom(now);
    const window = { hits: 0, endsAt: now + ttl };
    this.#windows.set(id, window);
    return window;
  }

  /**
   * A flood of made-up keys must not grow memory: what has ended goes, then the oldest. A tenth at once, or the flood
   * would pay one walk over all of them for every request.
   */
  #makeRoom(now: number): void {
    for (const [id, window] of this.#windows) if (window.endsAt <= now) this.#windows.delete(id);
    for (const id of this.#windows.keys()) {
      if (this.#windows.size < this.maxWindows * 0.9) return;
      this.#windows.delete(id);
    }
  }
}
