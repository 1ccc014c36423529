import type { KeysAcrossTenants, KeyUse } from '../../storage/keys-across-tenants.js';

interface Seen {
  readonly at: number;
  readonly sourceAddress: string;
}

/** What is asked of the store. */
type Notebook = Pick<KeysAcrossTenants, 'noteUses'>;

/** More keys than are used within a minute, and no more memory than a few megabytes. */
const defaultMost = 20_000;
/** So many in one statement: it must end well within the time a statement gets. */
const atOnce = 1000;

/**
 * Remembers which keys were used and from where, for as long as it takes to write it down: off the requests' path, many at
 * once. It is a help to people who tidy up, not part of the trail: what can't be written is forgotten, and counted.
 */
export class KeyUsage {
  #seen = new Map<string, Seen>();
  #lost = 0;

  constructor(
    private readonly notebook: Notebook,
    private readonly most = defaultMost,
    /** Milliseconds of a clock that only goes forward. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** How many uses were forgotten. */
  get lost(): number {
    return this.#lost;
  }

  used(keyId: string, sourceAddress: string): void {
    if (this.#seen.size >= this.most && !this.#seen.has(keyId)) this.#lost += 1;
    else this.#seen.set(keyId, { at: this.now(), sourceAddress });
  }

  /** Writes down what was seen. Never throws. */
  async flush(): Promise<void> {
    if (this.#seen.size === 0) return;
    const seen = this.#seen;
    this.#seen = new Map();
    const now = this.now();
    const uses = [...seen].map(([keyId, { at, sourceAddress }]): KeyUse => ({
      keyId,
      sourceAddress,
      ageSeconds: (now - at) / 1000,
    }));
    for (let from = 0; from < uses.length; from += atOnce) {
      const some = uses.slice(from, from + atOnce);
      await this.notebook.noteUses(some).catch(() => {
        this.#lost += some.length;
      });
    }
  }
}
