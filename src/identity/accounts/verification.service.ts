import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { recordFor } from '../../gate/change-record.js';
import { scopes } from '../../gate/scopes.js';
import type { PublicAdmission } from '../../kernel/admission.js';
import { emailKey } from '../../kernel/email.js';
import { Problem } from '../../kernel/problem.js';
import type { Secret } from '../../kernel/secret.js';
import { Accounts } from '../../storage/accounts.js';
import { Database } from '../../storage/database.js';
import { MAILER, requireMail, type Mailer } from '../mail/mailer.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { AccountMails, newMailedToken } from './account-mails.js';
import { ACCOUNT_OPTIONS, type AccountOptions } from './account-options.js';
import { requireGoodPassword, requireOtherThanAddress } from './chosen-password.js';
import { Errands } from './errands.js';
import { invalidToken, mailboxActor, maxMailsPerHour, verifyLifetimeSeconds } from './mailed-token.js';

/** Proves that an account's address is read by whoever acts for the account. */
@Injectable()
export class VerificationService {
  readonly #mails: AccountMails;

  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly passwords: PasswordHasher,
    private readonly errands: Errands,
    @Inject(MAILER) private readonly mailer: Mailer,
    @Inject(ACCOUNT_OPTIONS) options: AccountOptions,
  ) {
    this.#mails = new AccountMails(options.publicUrl);
  }

  /** Mails another link, if the address has an account that is not verified yet. Found out after the answer. */
  resend(admission: PublicAdmission, email: string): void {
    requireMail(this.mailer);
    this.errands.run(() => this.#mailLink(admission, email));
  }

  /**
   * Marks an address as its account's. Where somebody else chose the password, a new one has to come along: else an
   * admin who makes accounts for other people's addresses could walk in wherever they are added later. A new password
   * ends all sessions.
   * @throws Problem 400 for a token that isn't good; PASSWORD_REQUIRED, and then the token stays good
   */
  async verify(admission: PublicAdmission, token: Secret, password: Secret | undefined): Promise<void> {
    if (password !== undefined) requireGoodPassword(admission, password, 'password');
    const digest = token.digest();
    const owner = await this.accounts.forToken(digest, 'verify-email');
    if (owner === undefined) throw invalidToken();
    const passwordHash = password === undefined ? undefined : await this.passwords.hash(password);
    const scope = scopes.ofMailedToken(owner);
    await this.database.within(scope, async (stores) => {
      const held = await stores.accounts.hold(owner.userId);
      const usedBy = await stores.accounts.useToken(digest, 'verify-email');
      if (held === undefined || usedBy !== held.id) throw invalidToken();
      if (password === undefined || passwordHash === undefined) {
        if (!held.passwordOwn) throw passwordRequired();
      } else {
        requireOtherThanAddress(password, held.email, 'password');
        await stores.accounts.setPassword(held.id, passwordHash, true);
        await stores.sessions.endAllOf(held.id);
      }
      await stores.accounts.verifyAddress(held.id);
      const details = { password_chosen: password !== undefined };
      const actor = mailboxActor(scope, held.id);
      await stores.trail.record(recordFor(admission, actor, 'email.verified', held.id, details));
    });
  }

  async #mailLink(admission: PublicAdmission, email: string): Promise<void> {
    const account = await this.accounts.forLogin(emailKey(email), undefined);
    if (account === undefined || account.tenantId === null) return;
    const { userId, tenantId, operator } = account;
    const scope = scopes.ofAddressee({ tenantId, operator });
    const token = newMailedToken();
    const to = await this.database.within(scope, async (stores) => {
      const held = await stores.accounts.hold(userId);
      if (held === undefined || held.emailVerifiedAt !== null) return undefined;
      const verify = { id: uuidv7(), userId, purpose: 'verify-email' as const, digest: token.digest() };
      const lifetimeSeconds = verifyLifetimeSeconds;
      if (!(await stores.accounts.issueToken({ ...verify, lifetimeSeconds }, maxMailsPerHour)))
        return undefined;
      const actor = { tenantId, scheme: null, principal: null };
      await stores.trail.record(recordFor(admission, actor, 'email.verification_requested', userId));
      return held.email;
    });
    if (to !== undefined) await this.mailer.send(this.#mails.verifyAddress(to, token));
  }
}

/** Also said of an account without a password. */
export function passwordRequired(): Problem {
  return new Problem({
    status: 400,
    code: 'PASSWORD_REQUIRED',
    detail: 'A password has to be chosen along with this.',
    errors: [{ field: 'password', message: 'is required here' }],
  });
}
