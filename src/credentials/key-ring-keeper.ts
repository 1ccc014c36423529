import type { KeyRing, SigningKey } from './key-ring.js';

/** How often every replica looks for keys that others have made, in seconds. */
const keyReloadSeconds = 60;
/**
 * How long a new key is known before it signs: two looks, so that one may fail. A token that another replica signed a
 * moment ago then verifies everywhere, and no request waits for a key.
 */
export const keyNoticeSeconds = 2 * keyReloadSeconds;

const unknownPauseSeconds = 10;

export interface KeeperOptions {
  /** Reads the keys that are kept, after seeing to those that are due. */
  readonly load: () => Promise<readonly SigningKey[]>;
  /** Told when keys could not be loaded: those there are stay in use. */
  readonly onFailure: (error: unknown) => void;
  readonly reloadSeconds?: number;
  /** A clock in milliseconds that nobody sets. */
  readonly uptime?: () => number;
}

/**
 * Keeps a ring up to date with what replicas and the command line do to the keys. It looks on a schedule, and soon after
 * a token has named a key it doesn't know: in the background, and seldom, since anybody can make up names. The
 * token itself is refused at once.
 */
export class KeyRingKeeper {
  readonly #uptime: () => number;
  #timer: NodeJS.Timeout | undefined;
  #loading: Promise<void> | undefined;
  #lastAsked = -Infinity;

  constructor(
    private readonly ring: KeyRing,
    private readonly options: KeeperOptions,
  ) {
    this.#uptime = options.uptime ?? (() => performance.now());
    ring.whenUnknown(() => this.#ask());
  }

  /** Begins to look. Doesn't keep the process alive. */
  start(): void {
    const everyMs = (this.options.reloadSeconds ?? keyReloadSeconds) * 1000;
    this.#timer = setInterval(() => void this.reload(), everyMs).unref();
  }

  /** Looks now; of looks at the same time there is one. Never fails: what went wrong is told to `onFailure`. */
  reload(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  /** Stops looking, and waits for a look that is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.ring.whenUnknown(() => undefined);
    await this.#loading;
  }

  #ask(): void {
    const now = this.#uptime();
    if (now - this.#lastAsked < unknownPauseSeconds * 1000) return;
    this.#lastAsked = now;
    void this.reload();
  }

  async #load(): Promise<void> {
    try {
      this.ring.replace(await this.options.load());
    } catch (error) {
      this.options.onFailure(error);
    }
  }
}
