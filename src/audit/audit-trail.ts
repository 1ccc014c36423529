import { setTimeout as delay } from 'node:timers/promises';
import type { AuditRecord, DecisionRecord, OutcomeRecord } from './audit-event.js';
import type { AuditSink } from './audit-sink.js';
import { GroupCommit } from './group-commit.js';

export interface AuditTrailOptions {
  readonly maxBatch: number;
  readonly maxWaiting: number;
  /** Most outcomes kept in memory while the sink is down. Beyond that the oldest is dropped, and said so. */
  readonly maxOutcomes: number;
  /** Pause before an outcome that couldn't be written is tried again. */
  readonly retryMs: number;
  /** Waits so many milliseconds, without keeping the process alive. */
  readonly pause: (ms: number) => Promise<void>;
  /** Called when outcomes had to be dropped. */
  readonly onLoss: (count: number) => void;
}

const defaults: AuditTrailOptions = {
  maxBatch: 512,
  maxWaiting: 20_000,
  maxOutcomes: 100_000,
  retryMs: 500,
  pause: (ms) => delay(ms, undefined, { ref: false }),
  onLoss: () => undefined,
};

/** The trail: what the gate decides is written here before anybody acts on it (G4). */
export class AuditTrail {
  readonly #commit: GroupCommit<AuditRecord>;
  readonly #options: AuditTrailOptions;
  #outcomes: OutcomeRecord[] = [];
  /** Taken out of `#outcomes` and under way to the sink. */
  #leaving = 0;
  #draining: Promise<void> | undefined;

  constructor(sink: AuditSink, options: Partial<AuditTrailOptions> = {}) {
    this.#options = { ...defaults, ...options };
    this.#commit = new GroupCommit((batch) => sink.append(batch), this.#options);
  }

  /**
   * Writes a decision, whichever way it went. Nothing may be done about the request before this resolves.
   * @throws Unavailable when the record isn't known to be durable
   */
  async decided(record: DecisionRecord): Promise<void> {
    await this.#commit.add(record);
  }

  /** Writes how an admitted request ended. Doesn't hold anybody up; tried again until it is durable. */
  complete(record: OutcomeRecord): void {
    this.#outcomes.push(record);
    const excess = this.#outcomes.length - this.#options.maxOutcomes;
    if (excess > 0) {
      this.#outcomes.splice(0, excess);
      this.#options.onLoss(excess);
    }
    this.#draining ??= this.#drain();
  }

  /** Writes what is left, trying for at most `timeoutMs`. @returns how many outcomes could not be written */
  async close(timeoutMs: number): Promise<number> {
    const deadline = new AbortController();
    const timer = delay(timeoutMs, undefined, { signal: deadline.signal }).catch(() => undefined);
    await Promise.race([this.#draining ?? Promise.resolve(), timer]);
    deadline.abort();
    return this.#outcomes.length + this.#leaving;
  }

  async #drain(): Promise<void> {
    while (this.#outcomes.length > 0) {
      const batch = this.#outcomes.splice(0, this.#options.maxBatch);
      this.#leaving = batch.length;
      const results = await Promise.allSettled(batch.map((record) => this.#commit.add(record)));
      this.#leaving = 0;
      const failed = batch.filter((_, index) => results[index]?.status === 'rejected');
      if (failed.length === 0) continue;
      this.#outcomes.unshift(...failed);
      await this.#options.pause(this.#options.retryMs);
    }
    // In the same turn as the look that found nothing: an outcome that comes a moment later starts the next drain.
    this.#draining = undefined;
  }
}
