import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { recordFor } from '../../gate/change-record.js';
import { scopes } from '../../gate/scopes.js';
import type { PublicAdmission } from '../../kernel/admission.js';
import { emailKey } from '../../kernel/email.js';
import type { Secret } from '../../kernel/secret.js';
import { Accounts } from '../../storage/accounts.js';
import { Database } from '../../storage/database.js';
import { LockOut } from '../lockout/lock-out.js';
import { MAILER, requireMail, type Mailer } from '../mail/mailer.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { AccountMails, newMailedToken } from './account-mails.js';
import { ACCOUNT_OPTIONS, type AccountOptions } from './account-options.js';
import { requireGoodPassword, requireOtherThanAddress } from './chosen-password.js';
import { Errands } from './errands.js';
import { invalidToken, mailboxActor, maxMailsPerHour, resetLifetimeSeconds } from './mailed-token.js';

/** A password that was forgotten, and the mailbox by which a new one is chosen. */
@Injectable()
export class RecoveryService {
  readonly #mails: AccountMails;

  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly passwords: PasswordHasher,
    private readonly lockOut: LockOut,
    private readonly errands: Errands,
    @Inject(MAILER) private readonly mailer: Mailer,
    @Inject(ACCOUNT_OPTIONS) options: AccountOptions,
  ) {
    this.#mails = new AccountMails(options.publicUrl);
  }

  /** Mails a link to choose a new password, if the address has an account. That, too, is found out after the answer. */
  forgot(admission: PublicAdmission, email: string): void {
    requireMail(this.mailer);
    this.errands.run(() => this.mailResetLink(admission, email, 'forgotten'));
  }

  /** @param why what the mail says; nothing is mailed to an address without an account, or to one that got enough */
  async mailResetLink(
    admission: PublicAdmission,
    email: string,
    why: 'forgotten' | 'already-registered',
  ): Promise<void> {
    const account = await this.accounts.forLogin(emailKey(email), undefined);
    if (account === undefined || account.tenantId === null) return;
    const { userId, tenantId, operator } = account;
    const scope = scopes.ofAddressee({ tenantId, operator });
    const token = newMailedToken();
    const to = await this.database.within(scope, async (stores) => {
      const held = await stores.accounts.hold(userId);
      const reset = { id: uuidv7(), userId, purpose: 'reset-password' as const, digest: token.digest() };
      const issued = await stores.accounts.issueToken(
        { ...reset, lifetimeSeconds: resetLifetimeSeconds },
        maxMailsPerHour,
      );
      if (held === undefined || !issued) return undefined;
      const actor = { tenantId, scheme: null, principal: null };
      await stores.trail.record(recordFor(admission, actor, 'password.reset_requested', userId, { why }));
      return held.email;
    });
    if (to === undefined) return;
    await this.mailer.send(
      why === 'forgotten' ? this.#mails.resetPassword(to, token) : this.#mails.alreadyRegistered(to, token),
    );
  }

  /**
   * Sets a new password for whoever holds a mailed token. All sessions end, and the address is proven.
   * @throws Problem (400) for a token that isn't good, or a password nobody should choose; then the token stays good
   */
  async reset(admission: PublicAdmission, token: Secret, password: Secret): Promise<void> {
    requireGoodPassword(admission, password, 'new_password');
    const digest = token.digest();
    const owner = await this.accounts.forToken(digest, 'reset-password');
    if (owner === undefined) throw invalidToken();
    const passwordHash = await this.passwords.hash(password);
    const scope = scopes.ofMailedToken(owner);
    const account = await this.database.within(scope, async (stores) => {
      const held = await stores.accounts.hold(owner.userId);
      const usedBy = await stores.accounts.useToken(digest, 'reset-password');
      if (held === undefined || usedBy !== held.id) throw invalidToken();
      requireOtherThanAddress(password, held.email, 'new_password');
      await stores.accounts.setPassword(held.id, passwordHash, true);
      await stores.accounts.verifyAddress(held.id);
      const ended = await stores.sessions.endAllOf(held.id);
      const actor = mailboxActor(scope, held.id);
      await stores.trail.record(
        recordFor(admission, actor, 'password.reset', held.id, { sessions_ended: ended }),
      );
      return held;
    });
    // Who reads the account's mail is not kept waiting for what others guessed.
    await this.lockOut.succeeded(account.emailKey, admission.sourceAddress);
    this.errands.run(() => this.mailer.send(this.#mails.passwordChanged(account.email)));
  }
}
