import type { Sealer } from '../../kernel/sealer.js';
import type { Stores } from '../../storage/stores/index.js';
import type { HeldSecret } from '../../storage/stores/second-factors.js';
import { backupCodeDigest } from './backup-codes.js';
import { isTotpShaped, matchingSteps } from './totp.js';

/** What a code is worth. */
export type Proof = 'not-enabled' | 'missing' | 'wrong' | 'passed';

/** Checks codes of second factors: each time step and each backup code once, whoever else tries it at the same time. */
export class SecondFactor {
  constructor(
    private readonly sealer: Sealer,
    /** Whom the codes are for, as an authenticator app shows it. */
    readonly issuer: string,
  ) {}

  /**
   * Judges a code, and uses up one that passes. To be called in the transaction of what the code is for: the code stays
   * good when that fails.
   * @param code of an authenticator, or a backup code; undefined when none was given
   */
  async check(stores: Stores, userId: string, code: string | undefined): Promise<Proof> {
    const held = await stores.secondFactors.hold(userId);
    if (!held?.enabled) return 'not-enabled';
    if (code === undefined) return 'missing';
    const passed = isTotpShaped(code)
      ? await this.takeCode(stores, userId, held, code)
      : await stores.secondFactors.takeBackupCode(userId, backupCodeDigest(userId, code));
    return passed ? 'passed' : 'wrong';
  }

  /** Uses up a code of the authenticator, enabled or still to be. @returns whether it was one, and fresh */
  async takeCode(stores: Stores, userId: string, held: HeldSecret, code: string): Promise<boolean> {
    for (const step of matchingSteps(this.#open(userId, held.secret), code, held.step)) {
      if (await stores.secondFactors.takeStep(userId, step)) return true;
    }
    return false;
  }

  seal(userId: string, secret: string): Buffer {
    return this.sealer.seal(Buffer.from(secret), context(userId));
  }

  #open(userId: string, box: Buffer): string {
    return this.sealer.open(box, context(userId)).toString('utf8');
  }
}

/** A secret opens for its own account only: a row copied to another one is worth nothing there. */
function context(userId: string): string {
  return `totp|${userId}`;
}
