import { Inject, Injectable } from '@nestjs/common';
import { changeRecord } from '../../gate/change-record.js';
import type { Admission } from '../../kernel/admission.js';
import { userIdOf } from '../../kernel/principal.js';
import { Problem } from '../../kernel/problem.js';
import type { Secret } from '../../kernel/secret.js';
import { Database } from '../../storage/database.js';
import type { HeldAccount } from '../../storage/stores/account-credentials.js';
import { LockOut } from '../lockout/lock-out.js';
import { MAILER, NoMailer, type Mailer } from '../mail/mailer.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { reauthenticationFailed } from '../second-factor/reauthentication.js';
import { AccountMails } from './account-mails.js';
import { ACCOUNT_OPTIONS, type AccountOptions } from './account-options.js';
import { requireGoodPassword, requireOtherThanAddress } from './chosen-password.js';
import { Errands } from './errands.js';

/** Somebody who is logged in chooses another password. */
@Injectable()
export class PasswordChangeService {
  readonly #mails: AccountMails;

  constructor(
    private readonly database: Database,
    private readonly passwords: PasswordHasher,
    private readonly lockOut: LockOut,
    private readonly errands: Errands,
    @Inject(MAILER) private readonly mailer: Mailer,
    @Inject(ACCOUNT_OPTIONS) options: AccountOptions,
  ) {
    this.#mails = new AccountMails(options.publicUrl);
  }

  /**
   * Changes one's own password. Every other session ends with it, in all tenants. That the password is one's own isn't
   * noted by this: an admin who made the account could have logged in to change it.
   * @throws Problem 403 for a wrong current password, which counts as a strike; 400 for a new one nobody should choose
   */
  async change(admission: Admission, current: Secret, next: Secret): Promise<void> {
    requireGoodPassword(admission, next, 'new_password');
    const account = await this.#own(admission);
    requireOtherThanAddress(next, account.email, 'new_password');
    await this.lockOut.check(account.emailKey, admission.sourceAddress);
    if (!(await this.passwords.matches(current, account.passwordHash))) {
      await this.lockOut.failed(account.emailKey, admission.sourceAddress);
      throw reauthenticationFailed();
    }
    await this.lockOut.left(account.emailKey, admission.sourceAddress);
    const passwordHash = await this.passwords.hash(next);
    await this.database.within(admission.scope, async (stores) => {
      const held = await stores.accounts.hold(account.id);
      // Somebody else changed it meanwhile: what was proven is no longer so.
      if (held?.passwordHash !== account.passwordHash) throw reauthenticationFailed();
      await stores.accounts.setPassword(account.id, passwordHash);
      const ended = await stores.sessions.endAllOf(account.id, admission.principal.credentialId);
      const details = { sessions_ended: ended };
      await stores.trail.record(changeRecord(admission, 'password.changed', account.id, details));
    });
    if (!(this.mailer instanceof NoMailer))
      this.errands.run(() => this.mailer.send(this.#mails.passwordChanged(account.email)));
  }

  async #own(admission: Admission): Promise<HeldAccount> {
    const userId = userIdOf(admission.principal);
    const account =
      userId === undefined
        ? undefined
        : await this.database.within(admission.scope, (stores) => stores.accounts.hold(userId));
    if (account === undefined) throw Problem.notFound('user');
    return account;
  }
}
