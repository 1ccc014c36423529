import { Injectable } from '@nestjs/common';
import { changeRecord } from '../../gate/change-record.js';
import type { Admission } from '../../kernel/admission.js';
import { emailKey } from '../../kernel/email.js';
import { userIdOf } from '../../kernel/principal.js';
import { Problem } from '../../kernel/problem.js';
import { Database } from '../../storage/database.js';
import type { Stores } from '../../storage/stores/index.js';
import { backupCodeDigest, newBackupCodes } from './backup-codes.js';
import { qrCodeDataUrl } from './qr-code.js';
import { Reauthentication, reauthenticationFailed, type OwnAccount } from './reauthentication.js';
import { SecondFactor } from './second-factor.js';
import { newTotpSecret, otpauthUrl } from './totp.js';

export interface Setup {
  /** Base32. */
  readonly secret: string;
  readonly url: string;
  readonly qrCode: string;
}

/** One's own second factor: set up, enable, renew its backup codes, disable. */
@Injectable()
export class SecondFactorService {
  constructor(
    private readonly database: Database,
    private readonly factor: SecondFactor,
    private readonly reauthentication: Reauthentication,
  ) {}

  /**
   * Makes a secret, which counts for nothing until a code of it is shown. Setting up again replaces it.
   * @throws Problem (409) when a second factor is enabled: it is never overwritten
   */
  async setUp(admission: Admission): Promise<Setup> {
    const userId = ownId(admission);
    const secret = newTotpSecret();
    const email = await this.database.within(admission.scope, async (stores) => {
      const user = await stores.users.find(userId);
      if (user === undefined) throw Problem.notFound('user in this tenant');
      if (!(await stores.secondFactors.begin(userId, this.factor.seal(userId, secret)))) throw isEnabled();
      await stores.trail.record(changeRecord(admission, 'second_factor.set_up', userId));
      return user.email;
    });
    const url = otpauthUrl(this.factor.issuer, email, secret);
    return { secret, url, qrCode: await qrCodeDataUrl(url) };
  }

  /**
   * Enables the factor that was set up, by a code of it. This session has then proven it; the account's others end,
   * for they were begun without.
   * @returns the backup codes
   * @throws Problem 403 for a wrong code, 409 when nothing was set up or the factor is enabled already
   */
  async enable(admission: Admission, code: string): Promise<string[]> {
    const userId = ownId(admission);
    const sessionId = admission.principal.credentialId;
    const codes = newBackupCodes();
    const passed = await this.database.within(admission.scope, async (stores) => {
      // A log-in that found no second factor is over, or finds the account held, before the sessions are ended.
      await stores.users.holdAccount(userId, 'to-change');
      const held = await stores.secondFactors.hold(userId);
      if (held === undefined) throw notSetUp();
      if (held.enabled) throw isEnabled();
      // The secret was handed out to whoever asks, so a wrong code is a slip and no guess: nobody is locked out for it.
      if (!(await this.factor.takeCode(stores, userId, held, code))) return false;
      await stores.secondFactors.enable(userId);
      await replaceCodes(stores, userId, codes);
      await stores.sessions.endAllOf(userId, sessionId);
      await stores.sessions.proveSecondFactor(sessionId);
      await stores.trail.record(changeRecord(admission, 'second_factor.enabled', userId));
      return true;
    });
    if (!passed) throw reauthenticationFailed();
    return codes;
  }

  /** Puts ten new backup codes in the place of the old ones. @throws Problem (403) for a wrong password or code; Denial (429) */
  async renewBackupCodes(admission: Admission, proof: { password: string; code: string }): Promise<string[]> {
    const account = await this.#ownAccount(admission);
    const codes = newBackupCodes();
    await this.reauthentication.withBoth(admission, account, proof, async (stores) => {
      await replaceCodes(stores, account.userId, codes);
      await stores.trail.record(changeRecord(admission, 'second_factor.codes_renewed', account.userId));
    });
    return codes;
  }

  /** Disables the factor and ends the account's other sessions. @throws Problem (403) for a wrong password or code; Denial (429) */
  async disable(admission: Admission, proof: { password: string; code: string }): Promise<void> {
    const account = await this.#ownAccount(admission);
    const { userId } = account;
    const sessionId = admission.principal.credentialId;
    await this.reauthentication.withBoth(admission, account, proof, async (stores) => {
      await stores.secondFactors.remove(userId);
      await stores.sessions.endAllOf(userId, sessionId);
      await stores.sessions.forgetSecondFactor(sessionId);
      await stores.trail.record(changeRecord(admission, 'second_factor.disabled', userId));
    });
  }

  /** Proves the factor anew in this session. @returns when, by the database's clock @throws Problem (403); Denial (429) */
  async stepUp(admission: Admission, code: string): Promise<Date> {
    const account = await this.#ownAccount(admission);
    const sessionId = admission.principal.credentialId;
    return this.reauthentication.withCode(admission, account, code, async (stores) => {
      const at = await stores.sessions.proveSecondFactor(sessionId);
      // Ended between the gate's look and here.
      if (at === undefined) throw reauthenticationFailed();
      await stores.trail.record(changeRecord(admission, 'session.stepped_up', sessionId));
      return at;
    });
  }

  async #ownAccount(admission: Admission): Promise<OwnAccount> {
    const userId = ownId(admission);
    const user = await this.database.within(admission.scope, (stores) => stores.users.find(userId));
    if (user === undefined) throw Problem.notFound('user in this tenant');
    return { userId, emailKey: emailKey(user.email) };
  }
}

async function replaceCodes(stores: Stores, userId: string, codes: readonly string[]): Promise<void> {
  await stores.secondFactors.replaceBackupCodes(
    userId,
    codes.map((code) => backupCodeDigest(userId, code)),
  );
}

function ownId(admission: Admission): string {
  const userId = userIdOf(admission.principal);
  if (userId === undefined) throw new Error('a handler for one’s own account ran for nobody');
  return userId;
}

function isEnabled(): Problem {
  return Problem.conflict('TWO_FACTOR_ENABLED', 'A second factor is enabled already: disable it first.');
}

function notSetUp(): Problem {
  return Problem.conflict('TWO_FACTOR_NOT_SET_UP', 'No second factor has been set up.');
}
