import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ExpiryWarnings } from './expiry-warnings.js';
import { KeyUsage } from './key-usage.js';
import { KEY_WATCH_OPTIONS, type KeyWatchOptions } from './key-watch-options.js';
import { Periodic } from './periodic.js';

/** Looks after keys while the program runs: writes down their use, and warns of their end. */
@Injectable()
export class KeyWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #uses: Periodic;
  readonly #warnings: Periodic;

  constructor(
    private readonly usage: KeyUsage,
    private readonly expiry: ExpiryWarnings,
    @Inject(KEY_WATCH_OPTIONS) options: KeyWatchOptions,
  ) {
    this.#uses = new Periodic(() => this.usage.flush(), options.usesEveryMs);
    this.#warnings = new Periodic(() => this.expiry.sweep(), options.warningsEveryMs);
  }

  onApplicationBootstrap(): void {
    this.#uses.start();
    this.#warnings.start();
  }

  /** After the last request: what it used is written down as well. */
  async onApplicationShutdown(): Promise<void> {
    this.expiry.stop();
    await Promise.all([this.#uses.stop(), this.#warnings.stop()]);
    await this.usage.flush();
  }
}
