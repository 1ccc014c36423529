import { Unavailable } from '../../kernel/problem.js';

export interface SharedLookupOptions {
  /** Most questions in one statement: very large ones make callers move in convoy and leave cores idle. */
  readonly maxBatch: number;
  /** Most statements under way. What arrives meanwhile forms the next. */
  readonly maxInFlight: number;
  /** Most questions that may wait. More means the database can't keep up: the answer is "unavailable", at once. */
  readonly maxWaiting: number;
}

interface Question<Q, A> {
  readonly asked: Q;
  readonly resolve: (answer: A | undefined) => void;
  readonly reject: (error: unknown) => void;
}

const defaults: SharedLookupOptions = { maxBatch: 16, maxInFlight: 2, maxWaiting: 10_000 };

/**
 * Questions that arrive in the same turn of the event loop travel as one statement, each answered from a snapshot
 * that was taken after it arrived. Nothing is kept: this is not a cache.
 */
export class SharedLookup<Q, A> {
  #waiting: Question<Q, A>[] = [];
  #inFlight = 0;
  #scheduled = false;
  readonly #options: SharedLookupOptions;

  /** @param askAll answers in the order of the questions; undefined where there is nothing */
  constructor(
    private readonly askAll: (questions: readonly Q[]) => Promise<readonly (A | undefined)[]>,
    options: Partial<SharedLookupOptions> = {},
  ) {
    this.#options = { ...defaults, ...options };
  }

  /** @throws Unavailable when the database can't say */
  ask(asked: Q): Promise<A | undefined> {
    if (this.#waiting.length >= this.#options.maxWaiting) {
      return Promise.reject(
        new Unavailable('database', { cause: new Error('too many look-ups are waiting') }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ asked, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#send();
      });
    });
  }

  #send(): void {
    while (this.#inFlight < this.#options.maxInFlight && this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#options.maxBatch);
      this.#inFlight += 1;
      void this.#answer(batch);
    }
  }

  async #answer(batch: readonly Question<Q, A>[]): Promise<void> {
    try {
      const answers = await this.askAll(batch.map(({ asked }) => asked));
      batch.forEach(({ resolve }, index) => resolve(answers[index]));
    } catch (error) {
      // The database is in trouble: who waits behind is told now rather than one time-out later each.
      for (const { reject } of [...batch, ...this.#waiting.splice(0)]) reject(error);
    } finally {
      this.#inFlight -= 1;
      this.#send();
    }
  }
}
