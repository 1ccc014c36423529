import { Unavailable } from '../kernel/problem.js';

export interface GroupCommitOptions {
  /** Most records in one write. */
  readonly maxBatch: number;
  /** Most records that may wait. More means the store can't keep up: refused at once, or memory would grow without end. */
  readonly maxWaiting: number;
}

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Turns many small durable writes into few: what arrives while a write is under way forms the next one. No timer: an
 * item that finds nothing under way is written in the same turn of the event loop.
 */
export class GroupCommit<T> {
  #waiting: Waiting<T>[] = [];
  #writing = false;
  #scheduled = false;

  constructor(
    private readonly write: (batch: readonly T[]) => Promise<void>,
    private readonly options: GroupCommitOptions,
  ) {}

  /** Resolves once the item is durable. Rejects with what the write threw; then nobody knows whether it is. */
  add(item: T): Promise<void> {
    if (this.#waiting.length >= this.options.maxWaiting) {
      return Promise.reject(
        new Unavailable('audit trail', { cause: new Error('too many records are waiting') }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  #schedule(): void {
    if (this.#writing || this.#scheduled) return;
    this.#scheduled = true;
    // Everything that arrives in this turn of the event loop goes along.
    setImmediate(() => {
      this.#scheduled = false;
      void this.#writeNext();
    });
  }

  async #writeNext(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.options.maxBatch);
      try {
        await this.write(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        // The store is in trouble: who waits behind is told now rather than one time-out later each.
        for (const { reject } of [...batch, ...this.#waiting.splice(0)]) reject(error);
      }
    }
    this.#writing = false;
  }
}
