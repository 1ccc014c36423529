import { Inject, Injectable } from '@nestjs/common';
import { KeysAcrossTenants, type ExpiryWarning } from '../../storage/keys-across-tenants.js';
import { MAILER, NoMailer, type Mailer } from '../mail/mailer.js';
import { KEY_WATCH_OPTIONS, type KeyWatchOptions } from './key-watch-options.js';

const atOnce = 20;
/** So many in one sweep, and it isn't the addresses: mail as such can't be sent. */
const enoughFailures = 20;

/** Tells owners of keys 30 days, 7 days and a day ahead that a key will end; each of the three once, whoever of the replicas does it. */
@Injectable()
export class ExpiryWarnings {
  #failed = 0;
  #stopped = false;

  constructor(
    private readonly keys: KeysAcrossTenants,
    @Inject(MAILER) private readonly mailer: Mailer,
    @Inject(KEY_WATCH_OPTIONS) private readonly options: KeyWatchOptions,
  ) {}

  /** How many warnings could not be sent; each is tried again. */
  get failed(): number {
    return this.#failed;
  }

  /** Sends what is due. Never throws: what fails is due again the next time. */
  async sweep(): Promise<void> {
    // Nobody can be told: then nothing is claimed either, and it is told as soon as somebody can.
    if (this.mailer instanceof NoMailer) return;
    const unsent: ExpiryWarning[] = [];
    try {
      while (!this.#stopped && unsent.length < enoughFailures) {
        const claimed = await this.keys.claimWarnings(atOnce);
        for (const warning of claimed) if (!(await this.#send(warning))) unsent.push(warning);
        if (claimed.length < atOnce) break;
      }
      for (const warning of unsent) await this.keys.releaseWarning(warning);
    } catch {
      this.#failed += 1; // the database is away; what can't be given back is lost with it
    }
  }

  /** Sends no further one; what was claimed already is given back. */
  stop(): void {
    this.#stopped = true;
  }

  async #send(warning: ExpiryWarning): Promise<boolean> {
    if (this.#stopped) return false;
    try {
      await this.mailer.send(this.#mail(warning));
      return true;
    } catch {
      this.#failed += 1;
      return false;
    }
  }

  #mail({ email, name, prefix, tenant, expiresAt, days, id }: ExpiryWarning) {
    const within = days === 1 ? 'a day' : `${days} days`;
    const text = [
      `Your API key “${name}” (${prefix}…) of ${tenant} ends on ${expiresAt.toISOString()}.`,
      '',
      'What uses it will be refused from then on. A rotated key ends at the same time; to go on, make a new key with a',
      'later end and put it in its place. If the key is not needed any more, nothing has to be done.',
      '',
      `Key ${id} at ${this.options.publicUrl}`,
    ].join('\n');
    return { to: email, subject: `An API key of yours ends within ${within}`, text };
  }
}
