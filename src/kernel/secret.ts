import { createHash, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

const shown = '[secret]';

/** A value that must never be printed: it shows as `[secret]` in strings, JSON, templates and the inspector. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it only where the value is used up: hashing, verifying, sending once to its owner. */
  reveal(): string {
    return this.#value;
  }

  /** SHA-256 of the UTF-8 bytes: what is stored and looked up instead of the value. */
  digest(): Buffer {
    return createHash('sha256').update(this.#value, 'utf8').digest();
  }

  /** Equality in constant time, whatever the two lengths are: digests of equal length are compared. */
  equals(other: Secret): boolean {
    return timingSafeEqual(this.digest(), other.digest());
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
