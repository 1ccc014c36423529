import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ACCOUNT_OPTIONS, type AccountOptions } from './account-options.js';

const atOnce = 4;
const maxWaiting = 2000;
const closeMs = 5000;

/**
 * Work that is done after the answer, so that the answer's time tells nothing of it: whether there was an account to
 * mail to. What waits here is lost when the process dies; whoever asked then asks again.
 */
@Injectable()
export class Errands implements OnModuleDestroy {
  readonly #waiting: (() => Promise<void>)[] = [];
  readonly #running = new Set<Promise<void>>();

  constructor(@Inject(ACCOUNT_OPTIONS) private readonly options: Pick<AccountOptions, 'onFailure'>) {}

  /** Takes an errand on. Never throws: what goes wrong with it is reported. */
  run(errand: () => Promise<void>): void {
    if (this.#waiting.length >= maxWaiting) {
      this.options.onFailure(new Error('too much is waiting to be mailed: something was left out'));
      return;
    }
    this.#waiting.push(errand);
    this.#next();
  }

  /** Finishes what was taken on, within a few seconds. */
  async onModuleDestroy(): Promise<void> {
    const until = performance.now() + closeMs;
    while (this.#running.size > 0 && performance.now() < until) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, until - performance.now());
      });
      await Promise.race([...this.#running, late]);
      clearTimeout(timer);
    }
    this.#waiting.length = 0;
  }

  #next(): void {
    if (this.#running.size >= atOnce) return;
    const errand = this.#waiting.shift();
    if (errand === undefined) return;
    const running = Promise.resolve()
      .then(errand)
      .catch((error: unknown) => this.options.onFailure(error))
      .finally(() => {
        this.#running.delete(running);
        this.#next();
      });
    this.#running.add(running);
  }
}
