import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../../audit/audit-event.js';
import { recordFor } from '../../gate/change-record.js';
import { scopes } from '../../gate/scopes.js';
import type { PublicAdmission } from '../../kernel/admission.js';
import { Denial } from '../../kernel/denial.js';
import { emailKey } from '../../kernel/email.js';
import type { Secret } from '../../kernel/secret.js';
import type { TenantScope } from '../../kernel/tenant-scope.js';
import { Accounts, type LoginAccount } from '../../storage/accounts.js';
import { Database } from '../../storage/database.js';
import type { UserView } from '../../storage/stores/users.js';
import { LockOut } from '../lockout/lock-out.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { SecondFactor } from '../second-factor/second-factor.js';
import { SessionTokens, type SessionSubject } from './session-tokens.js';

export interface LoginRequest {
  readonly email: string;
  readonly password: Secret;
  /** The tenant to be in; undefined means the account's home. */
  readonly tenantId: string | undefined;
  /** Of the authenticator, or a backup code. */
  readonly totpCode?: string;
}

/** A session that has begun, and its first refresh token. */
export interface BegunSession {
  readonly subject: SessionSubject;
  readonly refreshToken: Secret;
  readonly user: UserView;
}

/** How a log-in went, once it was tried. `missing` and `wrong` speak of the second factor: the password was right. */
type Attempt =
  { readonly outcome: 'rejected' | 'missing' | 'wrong' } | ({ readonly outcome: 'begun' } & BegunSession);

/** Lets somebody in who proves who they are: lock-out, password, second factor, session, in this order. */
@Injectable()
export class LogIn {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly passwords: PasswordHasher,
    private readonly tokens: SessionTokens,
    private readonly factor: SecondFactor,
    private readonly lockOut: LockOut,
  ) {}

  /**
   * Starts a session: by the password and, where one is enabled, a code of the second factor. Without the code nothing
   * is begun that could be gone on with.
   * @throws Denial 401 INVALID_CREDENTIALS that is the same, in text and time, for a wrong password, an unknown address
   *   and a closed door; 401 TOTP_REQUIRED or TOTP_INVALID once the password is right; 429 while locked out
   */
  async begin(admission: PublicAdmission, request: LoginRequest): Promise<BegunSession> {
    const { sourceAddress } = admission;
    const key = emailKey(request.email);
    await this.lockOut.check(key, sourceAddress);
    const attempt = await this.#attempt(admission, request, key);
    if (attempt.outcome === 'begun') {
      await this.lockOut.succeeded(key, sourceAddress);
      return attempt;
    }
    // A right password takes no strike back: else whoever knows it could try code after code.
    if (attempt.outcome === 'missing') {
      await this.lockOut.left(key, sourceAddress);
      throw totpRequired();
    }
    await this.lockOut.failed(key, sourceAddress);
    throw attempt.outcome === 'wrong' ? totpInvalid() : invalidCredentials();
  }

  /** Checks the password, then begins. Should the password's hash change in between, the password is checked once more. */
  async #attempt(admission: PublicAdmission, request: LoginRequest, key: string): Promise<Attempt> {
    for (let checks = 0; checks < 2; checks += 1) {
      const account = await this.accounts.forLogin(key, request.tenantId);
      const matched = await this.passwords.matches(request.password, account?.passwordHash ?? null);
      if (!matched || account === undefined || account.tenantId === null || !account.active) break;
      const { userId, tenantId, operator } = account;
      const scope = scopes.ofProvenAccount({ tenantId, operator });
      const passwordHash = await this.#strengthened(scope, account, request.password);
      const attempt = await this.#begin(admission, scope, { userId, passwordHash }, request.totpCode);
      if (attempt.outcome !== 'changed') return attempt;
    }
    return { outcome: 'rejected' };
  }

  /**
   * Begins a session of somebody whose password was right. The account is held meanwhile: a password, status or second
   * factor that changes does so before, and counts, or after, and ends the session with the others.
   */
  async #begin(
    admission: PublicAdmission,
    scope: TenantScope,
    { userId, passwordHash }: Pick<LoginAccount, 'userId' | 'passwordHash'>,
    totpCode: string | undefined,
  ): Promise<Attempt | { readonly outcome: 'changed' }> {
    const subject = { userId, sessionId: uuidv7(), tenantId: scope.tenantId };
    const { sessionId } = subject;
    const refreshToken = this.tokens.newRefresh();
    return this.database.within(scope, async (stores) => {
      const account = await stores.users.holdAccount(userId, 'to-judge');
      if (account?.passwordHash !== passwordHash) return { outcome: 'changed' };
      const user = await stores.users.hold(userId, 'to-judge');
      if (user?.status !== 'active') return { outcome: 'rejected' };
      const proof = await this.factor.check(stores, userId, totpCode);
      if (proof === 'missing' || proof === 'wrong') return { outcome: proof };
      await stores.sessions.start({
        id: sessionId,
        userId,
        amr: proof === 'passed' ? ['pwd', 'otp'] : ['pwd'],
        lifetimeSeconds: this.tokens.options.refreshTokenTtlSeconds,
        sourceAddress: admission.sourceAddress,
        userAgent: admission.userAgent,
      });
      await stores.sessions.addRefreshToken({ id: uuidv7(), sessionId, digest: refreshToken.digest() });
      const who = sessionActor(scope, userId, sessionId);
      await stores.trail.record(recordFor(admission, who, 'session.started', sessionId));
      return { outcome: 'begun', subject, refreshToken, user };
    });
  }

  /** When the parameters of hashing have risen since, a log-in is the moment at which the password is known. */
  async #strengthened(scope: TenantScope, account: LoginAccount, password: Secret): Promise<string | null> {
    const { userId, passwordHash } = account;
    if (passwordHash === null || !this.passwords.needsRehash(passwordHash)) return passwordHash;
    const stronger = await this.passwords.hash(password);
    await this.database.within(scope, (stores) =>
      stores.users.strengthenHash(userId, passwordHash, stronger),
    );
    return stronger;
  }
}

/** Who acts when somebody has just proven who they are, with no admission as theirs yet. */
export function sessionActor(scope: TenantScope, userId: string, sessionId: string): Actor {
  const principal = { kind: 'user' as const, userId, credentialId: sessionId, amr: [] };
  return { tenantId: scope.tenantId, scheme: 'session', principal };
}

function invalidCredentials(): Denial {
  return notLoggedIn({ code: 'INVALID_CREDENTIALS', detail: 'The e-mail address or the password is wrong.' });
}

function totpRequired(): Denial {
  return notLoggedIn({
    code: 'TOTP_REQUIRED',
    detail: 'Log in again with a code of the second factor in totp_code.',
  });
}

function totpInvalid(): Denial {
  return notLoggedIn({
    code: 'TOTP_INVALID',
    detail: 'The code of the second factor is wrong, or was used before.',
  });
}

function notLoggedIn({ code, detail }: { readonly code: string; readonly detail: string }): Denial {
  const headers = { 'www-authenticate': 'Bearer realm="gatehouse"' };
  return new Denial({ status: 401, code, detail, headers });
}
