import { hash, verify } from '@node-rs/argon2';
import { Denial } from '../../kernel/denial.js';
import type { Secret } from '../../kernel/secret.js';

/** OWASP's parameters for argon2id: 19 MiB, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** 1.3, in the notation of hashes. */
const argon2Version = 19;
/** Two hashes saturate two cores; more at once would only starve the gate. */
const maxAtOnce = 2;
const maxWaiting = 256;

export const minPasswordLength = 12;
/** Bytes of UTF-8. Longer ones are refused, never cut. */
export const maxPasswordBytes = 1024;

/** Hashes and checks passwords off the event loop, a few at a time. */
export class PasswordHasher {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  /** Made at once: the first unknown address must not take longer than the second. */
  readonly #dummy = hash('no account has this password', parameters);

  /**
   * @returns the hash in PHC form
   * @throws Denial (503) when too many are waiting
   */
  async hash(password: Secret): Promise<string> {
    return this.#inTurn(() => hash(password.reveal(), parameters));
  }

  /** Checks a password. Without a stored hash it takes the same time and says no: the account's existence doesn't show. */
  async matches(password: Secret, stored: string | null): Promise<boolean> {
    const against = stored ?? (await this.#dummy);
    const matched = await this.#inTurn(() => verify(against, password.reveal()));
    return matched && stored !== null;
  }

  /** Whether a stored hash was made with weaker parameters than today's. What can't be read counts as weaker. */
  needsRehash(stored: string): boolean {
    const cost = /^\$argon2id\$v=(\d+)\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(stored)?.slice(1).map(Number);
    if (cost === undefined) return true;
    const [version = 0, memory = 0, time = 0] = cost;
    return version < argon2Version || memory < parameters.memoryCost || time < parameters.timeCost;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= maxAtOnce) {
      if (this.#waiting.length >= maxWaiting)
        throw Denial.unavailable('too many passwords are waiting to be checked');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next(); // hands its place on
    }
  }
}
