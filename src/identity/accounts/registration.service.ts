import { randomInt } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { recordFor } from '../../gate/change-record.js';
import { scopes } from '../../gate/scopes.js';
import type { PublicAdmission } from '../../kernel/admission.js';
import { Denial } from '../../kernel/denial.js';
import { emailKey } from '../../kernel/email.js';
import { Problem } from '../../kernel/problem.js';
import type { Secret } from '../../kernel/secret.js';
import { Accounts } from '../../storage/accounts.js';
import { Database } from '../../storage/database.js';
import { MAILER, requireMail, type Mailer } from '../mail/mailer.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { SessionService, type IssuedSession } from '../sessions/session.service.js';
import { AccountMails, newMailedToken } from './account-mails.js';
import { ACCOUNT_OPTIONS, type AccountOptions } from './account-options.js';
import { requireGoodPassword, requireOtherThanAddress } from './chosen-password.js';
import { Errands } from './errands.js';
import { maxMailsPerHour, verifyLifetimeSeconds } from './mailed-token.js';
import { RecoveryService } from './recovery.service.js';

export interface RegistrationRequest {
  readonly email: string;
  readonly password: Secret;
  readonly name: string;
  /** What the tenant is called; undefined: after the person. */
  readonly company: string | undefined;
}

/** Thrown within the transaction, so that nothing of it stays. */
class AddressHasAccount extends Error {}

/** Makes accounts for people who come by themselves, each with a tenant of their own whose owner they are. */
@Injectable()
export class RegistrationService {
  readonly #mails: AccountMails;

  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly passwords: PasswordHasher,
    private readonly sessions: SessionService,
    private readonly recovery: RecoveryService,
    private readonly errands: Errands,
    @Inject(MAILER) private readonly mailer: Mailer,
    @Inject(ACCOUNT_OPTIONS) private readonly options: AccountOptions,
  ) {
    this.#mails = new AccountMails(options.publicUrl);
  }

  /**
   * Registers somebody. All that shows is that the password was hashed: the account is made, or its owner told, after
   * the answer, which is the same for an address that has an account and one that has none.
   * @throws Denial (403) unless anybody may register; Problem (400) for a password nobody should choose
   */
  async register(admission: PublicAdmission, request: RegistrationRequest): Promise<void> {
    const passwordHash = await this.#prepare(admission, request);
    this.errands.run(async () => {
      const token = await this.#create(admission, request, passwordHash);
      await this.#tell(admission, request, token);
    });
  }

  /**
   * Registers somebody and logs them in, for APIs whose documents promise a token at once. That can't be done without
   * telling an address that has an account from one that has none; see the decision on registration.
   * @throws as `register`; Problem (409) without a reason when no account was made
   */
  async registerAtOnce(admission: PublicAdmission, request: RegistrationRequest): Promise<IssuedSession> {
    const passwordHash = await this.#prepare(admission, request);
    const token = await this.#create(admission, request, passwordHash);
    this.errands.run(() => this.#tell(admission, request, token));
    if (token === undefined)
      throw Problem.conflict('NOT_REGISTERED', 'No account was made. A mail to the address says why.');
    const { email, password } = request;
    return this.sessions.logIn(admission, { email, password, tenantId: undefined });
  }

  async #prepare(admission: PublicAdmission, { email, password }: RegistrationRequest): Promise<string> {
    if (this.options.registration !== 'open') throw notOpen(this.options.registration);
    requireMail(this.mailer);
    requireGoodPassword(admission, password, 'password');
    requireOtherThanAddress(password, email, 'password');
    return this.passwords.hash(password);
  }

  /** @returns the token that is to confirm the address; undefined, and nothing made, when it has an account already */
  async #create(
    admission: PublicAdmission,
    { email, name, company }: RegistrationRequest,
    passwordHash: string,
  ): Promise<Secret | undefined> {
    const key = emailKey(email);
    if ((await this.accounts.forLogin(key, undefined)) !== undefined) return undefined;
    const scope = scopes.ofRegistration(uuidv7());
    const userId = uuidv7();
    const token = newMailedToken();
    const tenantName = company ?? name;
    try {
      await this.database.within(scope, async (stores) => {
        const slug = slugFor(tenantName);
        await stores.tenants.create({ id: scope.tenantId, name: tenantName, slug });
        const owner = await stores.roles.findByName('owner');
        if (owner === undefined) throw new Error('a new tenant has no owner role');
        const user = { id: userId, email, emailKey: key, passwordHash, name, roleId: owner.id };
        if ((await stores.users.add(user)) !== userId) throw new AddressHasAccount();
        await stores.accounts.markPasswordOwn(userId);
        const verify = { id: uuidv7(), userId, purpose: 'verify-email' as const, digest: token.digest() };
        await stores.accounts.issueToken(
          { ...verify, lifetimeSeconds: verifyLifetimeSeconds },
          maxMailsPerHour,
        );
        const actor = { tenantId: scope.tenantId, scheme: null, principal: null };
        const details = { email, name, tenant: tenantName, slug };
        await stores.trail.record(recordFor(admission, actor, 'account.registered', userId, details));
      });
      return token;
    } catch (error) {
      if (error instanceof AddressHasAccount) return undefined;
      throw error;
    }
  }

  async #tell(
    admission: PublicAdmission,
    { email }: RegistrationRequest,
    token: Secret | undefined,
  ): Promise<void> {
    if (token === undefined) await this.recovery.mailResetLink(admission, email, 'already-registered');
    else await this.mailer.send(this.#mails.verifyAddress(email, token));
  }
}

function notOpen(registration: 'invite' | 'closed'): Denial {
  if (registration === 'closed') return Denial.refused('REGISTRATION_CLOSED', 'Nobody can register here.');
  return Denial.refused('INVITATION_REQUIRED', 'Only who was invited can register here.');
}

const randomPart = { base: 36, length: 6 };

/**
 * A slug that nobody can foresee: whether a plain one is free would tell who else is here, and one that the operator
 * means to use could be taken before.
 */
function slugFor(name: string): string {
  const readable = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  const { base, length } = randomPart;
  const random = randomInt(base ** length)
    .toString(base)
    .padStart(length, '0');
  return `${readable === '' ? 'tenant' : readable}-${random}`;
}
