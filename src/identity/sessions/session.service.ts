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
import { Accounts } from '../../storage/accounts.js';
import { Database } from '../../storage/database.js';
import type { Stores } from '../../storage/stores/index.js';
import type { HeldRefreshToken } from '../../storage/stores/sessions.js';
import type { UserView } from '../../storage/stores/users.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { SessionTokens } from './session-tokens.js';

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
}

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
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Starts a session.
   * @throws Denial (401) that is the same, in text and time, for a wrong password, an unknown address and a closed door
   */
  async logIn(admission: PublicAdmission, request: LoginRequest): Promise<IssuedSession> {
    const account = await this.accounts.forLogin(emailKey(request.email), request.tenantId);
    const matched = await this.passwords.matches(request.password, account?.passwordHash ?? null);
    if (!matched || account === undefined || account.tenantId === null || !account.active)
      throw invalidCredentials();
    const { userId, tenantId, operator } = account;
    const scope = scopes.ofProvenAccount({ tenantId, operator });
    const sessionId = uuidv7();
    const refreshToken = this.tokens.newRefresh();
    const user = await this.database.within(scope, async (stores) => {
      await stores.sessions.start({
        id: sessionId,
        userId,
        amr: ['pwd'],
        lifetimeSeconds: this.tokens.options.refreshTokenTtlSeconds,
        sourceAddress: admission.sourceAddress,
        userAgent: admission.userAgent,
      });
      await stores.sessions.addRefreshToken({ id: uuidv7(), sessionId, digest: refreshToken.digest() });
      await stores.trail.record(
        recordFor(admission, actor(scope, userId, sessionId), 'session.started', sessionId),
      );
      return stores.users.find(userId);
    });
    return this.#issue({ userId, sessionId, tenantId }, refreshToken, user);
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

  /** The user an admission stands for, as their own tenant knows them. */
  async me(admission: Admission, userId: string): Promise<UserView> {
    const user = await this.database.within(admission.scope, (stores) => stores.users.find(userId));
    // An operator who has entered another tenant is nobody's member there.
    if (user === undefined) throw Problem.notFound('user in this tenant');
    return user;
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
    subject: { userId: string; sessionId: string; tenantId: string },
    refreshToken: Secret,
    user: UserView | undefined,
  ): Promise<IssuedSession> {
    if (user === undefined) throw invalidCredentials();
    const accessToken = await this.tokens.access(subject, this.clock.now());
    return { accessToken, refreshToken, expiresInSeconds: this.tokens.options.accessTokenTtlSeconds, user };
  }
}

function invalidCredentials(): Denial {
  return new Denial({
    status: 401,
    code: 'INVALID_CREDENTIALS',
    detail: 'The e-mail address or the password is wrong.',
    headers: { 'www-authenticate': 'Bearer realm="gatehouse"' },
  });
}

function actor(scope: TenantScope, userId: string, credentialId: string) {
  const principal = { kind: 'user' as const, userId, credentialId, amr: [] };
  return { tenantId: scope.tenantId, scheme: 'session' as const, principal };
}
