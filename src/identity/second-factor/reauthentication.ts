import { Injectable } from '@nestjs/common';
import type { Admission } from '../../kernel/admission.js';
import { Problem } from '../../kernel/problem.js';
import { Secret } from '../../kernel/secret.js';
import { Accounts } from '../../storage/accounts.js';
import { Database } from '../../storage/database.js';
import type { Stores } from '../../storage/stores/index.js';
import { LockOut } from '../lockout/lock-out.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { SecondFactor } from './second-factor.js';

/** The account of whoever is logged in, and the name under which its strikes are counted. */
export interface OwnAccount {
  readonly userId: string;
  readonly emailKey: string;
}

type Work<T> = (stores: Stores) => Promise<T>;

/**
 * Proves again who somebody is that is logged in already: a session can be stolen. Wrong answers count as strikes, and a
 * right one takes none back: only a whole log-in does.
 */
@Injectable()
export class Reauthentication {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly passwords: PasswordHasher,
    private readonly factor: SecondFactor,
    private readonly lockOut: LockOut,
  ) {}

  /**
   * Runs work behind a code of the second factor, in the transaction that uses the code up.
   * @throws Problem 403 for a wrong code, 409 where no second factor is enabled; Denial 429 while locked out
   */
  async withCode<T>(admission: Admission, account: OwnAccount, code: string, work: Work<T>): Promise<T> {
    await this.lockOut.check(account.emailKey, admission.sourceAddress);
    return this.#behindCode(admission, account, code, work);
  }

  /**
   * Runs work behind the password and a code. Which of the two was wrong isn't told, and a wrong password leaves the
   * code unused.
   * @throws as `withCode`
   */
  async withBoth<T>(
    admission: Admission,
    account: OwnAccount,
    { password, code }: { readonly password: string; readonly code: string },
    work: Work<T>,
  ): Promise<T> {
    await this.lockOut.check(account.emailKey, admission.sourceAddress);
    const known = await this.accounts.forLogin(account.emailKey, admission.scope.tenantId);
    const hash = known?.passwordHash ?? null;
    if (!(await this.passwords.matches(new Secret(password), hash))) return this.#strike(admission, account);
    return this.#behindCode(admission, account, code, work, hash);
  }

  async #behindCode<T>(
    admission: Admission,
    account: OwnAccount,
    code: string,
    work: Work<T>,
    hash?: string | null,
  ): Promise<T> {
    const outcome = await this.database.within(admission.scope, async (stores) => {
      const held = await stores.users.holdAccount(account.userId, 'to-change');
      // The password was changed while it was being checked.
      if (hash !== undefined && held?.passwordHash !== hash) return { proof: 'wrong' as const };
      const proof = await this.factor.check(stores, account.userId, code);
      return proof === 'passed' ? { proof, result: await work(stores) } : { proof };
    });
    switch (outcome.proof) {
      case 'passed':
        await this.lockOut.left(account.emailKey, admission.sourceAddress);
        return outcome.result;
      case 'not-enabled':
        await this.lockOut.left(account.emailKey, admission.sourceAddress);
        throw Problem.conflict('TWO_FACTOR_NOT_ENABLED', 'No second factor is enabled.');
      case 'missing':
      case 'wrong':
        return this.#strike(admission, account);
    }
  }

  async #strike(admission: Admission, { emailKey }: OwnAccount): Promise<never> {
    await this.lockOut.failed(emailKey, admission.sourceAddress);
    throw reauthenticationFailed();
  }
}

/** Not 401: the session itself is good, and a client that meets 401 would refresh and ask again. */
export function reauthenticationFailed(): Problem {
  return Problem.forbidden('REAUTHENTICATION_FAILED', 'The password or the code is wrong.');
}
