import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { changeRecord, recordFor } from '../../gate/change-record.js';
import { scopes } from '../../gate/scopes.js';
import type { Admission, PublicAdmission } from '../../kernel/admission.js';
import type { Clock } from '../../kernel/clock.js';
import { Denial } from '../../kernel/denial.js';
import { emailKey } from '../../kernel/email.js';
import { Problem } from '../../kernel/problem.js';
import type { Secret } from '../../kernel/secret.js';
import type { TenantScope } from '../../kernel/tenant-scope.js';
import { Accounts, type LoginAccount } from '../../storage/accounts.js';
import { Database } from '../../storage/database.js';
import type { Stores } from '../../storage/stores/index.js';
import type { HeldRefreshToken } from '../../storage/stores/sessions.js';
import type { TenantView } from '../../storage/stores/tenants.js';
import type { UserView } from '../../storage/stores/users.js';
import { LockOut } from '../lockout/lock-out.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { SecondFactor } from '../second-factor/second-factor.js';
import { SessionTokens, type SessionSubject } from './session-tokens.js';

export const CLOCK = Symbol('clock');

export interface IssuedSession {
  readonly accessToken: string;
  readonly refreshToken: Secret;
  readonly expiresInSeconds: number;
  readonly user: UserView;
}

export interface LoginRequest {
  readonly email: string;
  readonly password: Secret;
  /** The tenant to be in; undefined means the account's home. */
  readonly tenantId: string | undefined;
  /** Of the authenticator, or a backup code. */
  readonly totpCode?: string;
}

/** How a log-in went, once it was tried. `missing` and `wrong` speak of the second factor: the password was right. */
type Attempt =
  | { readonly outcome: 'rejected' | 'missing' | 'wrong' }
  | {
      readonly outcome: 'begun';
      readonly subject: SessionSubject;
      readonly refreshToken: Secret;
      readonly user: UserView;
    };

/** A client whose answer was lost may ask again for this long, and gets the same successor. */
const graceSeconds = 10;

/** Log in, refresh, log out, and who one is. */
@Injectable()
export class SessionService {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly passwords: PasswordHasher,
    private readonly tokens: SessionTokens,
    private readonly factor: SecondFactor,
    private readonly lockOut: LockOut,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Starts a session: by the password and, where one is enabled, a code of the second factor. Without the code nothing
   * is begun that could be gone on with.
   * @throws Denial 401 INVALID_CREDENTIALS that is the same, in text and time, for a wrong password, an unknown address
   *   and a closed door; 401 TOTP_REQUIRED or TOTP_INVALID once the password is right; 429 while locked out
   */
  async logIn(admission: PublicAdmission, request: LoginRequest): Promise<IssuedSession> {
    const { sourceAddress } = admission;
    const key = emailKey(request.email);
    await this.lockOut.check(key, sourceAddress);
    const attempt = await this.#attempt(admission, request, key);
    if (attempt.outcome === 'begun') {
      await this.lockOut.succeeded(key, sourceAddress);
      return this.#issue(admission, attempt.subject, attempt.refreshToken, attempt.user);
    }
    // A right password takes no strike back: else whoever knows it could try code after code.
    if (attempt.outcome === 'missing') {
      await this.lockOut.left(key, sourceAddress);
      throw totpRequired();
    }
    await this.lockOut.failed(key, sourceAddress);
    throw attempt.outcome === 'wrong' ? totpInvalid() : invalidCredentials();
  }

  /**
   * Exchanges a refresh token for the next one. The same token again within ten seconds gets the same successor; later
   * it is a stolen one, and the whole session ends (RFC 9700 §4.14.2).
   * @throws Denial (401) for a token that is unknown, used up, or of a session or account that has ended
   */
  async refresh(admission: PublicAdmission, token: Secret): Promise<IssuedSession> {
    const owner = await this.accounts.forRefresh(token.digest());
    if (owner === undefined || !owner.active)
      throw Denial.rejected('unknown refresh token, or a closed account');
    const scope = scopes.ofProvenAccount(owner);
    const outcome = await this.database.within(scope, async (stores) => {
      const held = await stores.sessions.holdRefreshToken(token.digest());
      if (held === undefined || !held.sessionLive) return { refused: 'the session has ended' };
      const next = await this.#next(stores, held);
      const who = actor(scope, held.userId, held.sessionId);
      if (next === undefined) {
        await stores.sessions.end(held.sessionId);
        await stores.trail.record(
          recordFor(admission, who, 'session.revoked', held.sessionId, { why: 'refresh token reused' }),
        );
        return { refused: `refresh token of session ${held.sessionId} was used again` };
      }
      await stores.trail.record(recordFor(admission, who, 'session.refreshed', held.sessionId));
      return { held, next, user: await stores.users.find(held.userId) };
    });
    if (outcome.refused !== undefined) throw Denial.rejected(outcome.refused);
    const { held, next, user } = outcome;
    return this.#issue(
      admission,
      { userId: held.userId, sessionId: held.sessionId, tenantId: scope.tenantId },
      next,
      user,
    );
  }

  /** Ends the session that asks for it. */
  async logOut(admission: Admission): Promise<void> {
    const sessionId = admission.principal.credentialId;
    await this.database.within(admission.scope, async (stores) => {
      if (!(await stores.sessions.end(sessionId))) return;
      await stores.trail.record(changeRecord(admission, 'session.ended', sessionId));
    });
  }

  /** The user an admission stands for, as their own tenant knows them, and that tenant. */
  async me(admission: Admission, userId: string): Promise<{ user: UserView; tenant: TenantView }> {
    return this.database.within(admission.scope, async (stores) => {
      const user = await stores.users.find(userId);
      const tenant = await stores.tenants.find(admission.scope.tenantId);
      // An operator who has entered another tenant is nobody's member there.
      if (user === undefined || tenant === undefined) throw Problem.notFound('user in this tenant');
      return { user, tenant };
    });
  }

  /** Checks the password, then begins. Should the password's hash change in between, the password is checked once more. */
  async #attempt(admission: PublicAdmission, request: LoginRequest, key: string): Promise<Attempt> {
    for (let checks = 0; checks < 2; checks += 1) {
      const account = await this.accounts.forLogin(key, request.tenantId);
      const matched = await this.passwords.matches(request.password, account?.passwordHash ?? null);
      if (!matched || account === undefined || account.tenantId === null || !account.active) break;
      const { userId, tenantId, operator, passwordHash } = account;
      const scope = scopes.ofProvenAccount({ tenantId, operator });
      const attempt = await this.#begin(admission, scope, { userId, passwordHash }, request.totpCode);
      if (attempt.outcome === 'begun') await this.#strengthenHash(scope, account, request.password);
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
      const who = actor(scope, userId, sessionId);
      await stores.trail.record(recordFor(admission, who, 'session.started', sessionId));
      return { outcome: 'begun', subject, refreshToken, user };
    });
  }

  /** When the parameters of hashing have risen since, a log-in is the moment at which the password is known. */
  async #strengthenHash(scope: TenantScope, account: LoginAccount, password: Secret): Promise<void> {
    const { userId, passwordHash } = account;
    if (passwordHash === null || !this.passwords.needsRehash(passwordHash)) return;
    const stronger = await this.passwords.hash(password);
    await this.database.within(scope, (stores) =>
      stores.users.strengthenHash(userId, passwordHash, stronger),
    );
  }

  async #next(stores: Stores, held: HeldRefreshToken): Promise<Secret | undefined> {
    if (held.usedSecondsAgo !== null) {
      const again = held.usedSecondsAgo <= graceSeconds && held.successor !== null;
      return again ? this.tokens.openSuccessor(held.successor, held.id) : undefined;
    }
    const successor = this.tokens.newRefresh();
    await stores.sessions.useRefreshToken(held.id, this.tokens.sealSuccessor(successor, held.id));
    await stores.sessions.addRefreshToken({
      id: uuidv7(),
      sessionId: held.sessionId,
      digest: successor.digest(),
    });
    await stores.sessions.extend(held.sessionId, this.tokens.options.refreshTokenTtlSeconds);
    return successor;
  }

  async #issue(
    { terms }: PublicAdmission,
    subject: SessionSubject,
    refreshToken: Secret,
    user: UserView | undefined,
  ): Promise<IssuedSession> {
    if (user === undefined) throw invalidCredentials();
    const expiresInSeconds = terms?.accessTokenTtlSeconds ?? this.tokens.options.accessTokenTtlSeconds;
    const accessToken = await this.tokens.access(subject, this.clock.now(), expiresInSeconds);
    return { accessToken, refreshToken, expiresInSeconds, user };
  }
}

function invalidCredentials(): Denial {
  return notLoggedIn({ code: 'INVALID_CREDENTIALS', detail: 'The e-mail address or the password is wrong.' });
}

function totpRequired(): Denial {
  return notLoggedIn({ code: 'TOTP_REQUIRED', detail: 'Log in again with a code of the second factor in totp_code.' });
}

function totpInvalid(): Denial {
  return notLoggedIn({ code: 'TOTP_INVALID', detail: 'The code of the second factor is wrong, or was used before.' });
}

function notLoggedIn({ code, detail }: { readonly code: string; readonly detail: string }): Denial {
  const headers = { 'www-authenticate': 'Bearer realm="gatehouse"' };
  return new Denial({ status: 401, code, detail, headers });
}

function actor(scope: TenantScope, userId: string, credentialId: string) {
  const principal = { kind: 'user' as const, userId, credentialId, amr: [] };
  return { tenantId: scope.tenantId, scheme: 'session' as const, principal };
}
