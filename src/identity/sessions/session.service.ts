import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { changeRecord, recordFor } from '../../gate/change-record.js';
import { scopes } from '../../gate/scopes.js';
import type { Admission, PublicAdmission } from '../../kernel/admission.js';
import type { Clock } from '../../kernel/clock.js';
import { Denial } from '../../kernel/denial.js';
import { Problem } from '../../kernel/problem.js';
import type { Secret } from '../../kernel/secret.js';
import { Accounts } from '../../storage/accounts.js';
import { Database } from '../../storage/database.js';
import type { Stores } from '../../storage/stores/index.js';
import type { HeldRefreshToken } from '../../storage/stores/sessions.js';
import type { TenantView } from '../../storage/stores/tenants.js';
import type { UserView } from '../../storage/stores/users.js';
import { LogIn, sessionActor, type LoginRequest } from './log-in.js';
import { SessionTokens, type SessionSubject } from './session-tokens.js';

export const CLOCK = Symbol('clock');

export interface IssuedSession {
  readonly accessToken: string;
  readonly refreshToken: Secret;
  readonly expiresInSeconds: number;
  readonly user: UserView;
}

/** A client whose answer was lost may ask again for this long, and gets the same successor. */
const graceSeconds = 10;

/** Log in, refresh, log out, and who one is. */
@Injectable()
export class SessionService {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly logIns: LogIn,
    private readonly tokens: SessionTokens,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Starts a session. @throws as `LogIn.begin` */
  async logIn(admission: PublicAdmission, request: LoginRequest): Promise<IssuedSession> {
    const { subject, refreshToken, user } = await this.logIns.begin(admission, request);
    return this.#issue(admission, subject, refreshToken, user);
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
      const who = sessionActor(scope, held.userId, held.sessionId);
      if (next === undefined) {
        await stores.sessions.end(held.sessionId);
        await stores.trail.record(
          recordFor(admission, who, 'session.revoked', held.sessionId, { why: 'refresh token reused' }),
        );
        return { refused: `refresh token of session ${held.sessionId} was used again` };
      }
      const user = await stores.users.find(held.userId);
      if (user === undefined) return { refused: 'the user is a member no more' };
      await stores.trail.record(recordFor(admission, who, 'session.refreshed', held.sessionId));
      return { held, next, user };
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
    user: UserView,
  ): Promise<IssuedSession> {
    const expiresInSeconds = terms?.accessTokenTtlSeconds ?? this.tokens.options.accessTokenTtlSeconds;
    const accessToken = await this.tokens.access(subject, this.clock.now(), expiresInSeconds);
    return { accessToken, refreshToken, expiresInSeconds, user };
  }
}
