import { IsNull, MoreThan, Raw } from 'typeorm';
import { RefreshTokenEntity } from '../entities/refresh-token.entity.js';
import { SessionEntity } from '../entities/session.entity.js';
import { toSlice, type Page, type Slice } from './page.js';
import { TenantStore } from './tenant-store.js';

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  /** How the person has just proven who they are; `otp` among it starts the second factor's time. */
  readonly amr: string[];
  readonly lifetimeSeconds: number;
  readonly sourceAddress: string;
  readonly userAgent: string;
}

/** A session as its owner gets to see it. */
export interface SessionView {
  readonly id: string;
  readonly amr: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly sourceAddress: string;
  readonly userAgent: string;
}

/** A refresh token that somebody presents, held until the transaction ends. */
export interface HeldRefreshToken {
  readonly id: string;
  readonly sessionId: string;
  readonly userId: string;
  /** Whether its session may still be refreshed. */
  readonly sessionLive: boolean;
  /** Seconds since it was used; null while it is unused. */
  readonly usedSecondsAgo: number | null;
  readonly successor: Buffer | null;
}

/** Sessions of a tenant's users, each with its line of refresh tokens. */
export class Sessions extends TenantStore {
  async start(session: NewSession): Promise<void> {
    const { lifetimeSeconds, ...row } = session;
    await this.manager.insert(SessionEntity, {
      ...this.own(),
      ...row,
      ...(row.amr.includes('otp') && { mfaAt: () => 'now()' }),
      expiresAt: () => secondsFromNow(lifetimeSeconds),
    });
  }

  /** A session lives as long as it is refreshed within its refresh token's lifetime. */
  async extend(id: string, lifetimeSeconds: number): Promise<void> {
    await this.manager.update(
      SessionEntity,
      { ...this.own(), id },
      { expiresAt: () => secondsFromNow(lifetimeSeconds) },
    );
  }

  /** Notes that the second factor has been proven in a session. @returns when, by the database's clock */
  async proveSecondFactor(id: string): Promise<Date | undefined> {
    const [rows] = await this.manager.query<[{ at: Date }[], number]>(
      `UPDATE gatehouse.sessions SET mfa_at = now(), amr = CASE WHEN 'otp' = ANY(amr) THEN amr ELSE amr || '{otp}'::text[] END
       WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL RETURNING mfa_at AS at`,
      [this.scope.tenantId, id],
    );
    return rows[0]?.at;
  }

  /** A factor that is no more proves nothing any longer. */
  async forgetSecondFactor(id: string): Promise<void> {
    await this.manager.query(
      `UPDATE gatehouse.sessions SET mfa_at = NULL, amr = array_remove(amr, 'otp') WHERE tenant_id = $1 AND id = $2`,
      [this.scope.tenantId, id],
    );
  }

  /** @returns whether it was live until now */
  async end(id: string): Promise<boolean> {
    const where = { ...this.own(), id, endedAt: IsNull() };
    const result = await this.manager.update(SessionEntity, where, { endedAt: () => 'now()' });
    return result.affected === 1;
  }

  /** A user's live sessions in this tenant. */
  async listOf(userId: string, page: Page): Promise<Slice<SessionView>> {
    const after = page.after === undefined ? {} : { id: MoreThan(page.after) };
    const rows = await this.manager.find(SessionEntity, {
      where: {
        ...this.own(),
        userId,
        endedAt: IsNull(),
        expiresAt: Raw((column) => `${column} > now()`),
        ...after,
      },
      order: { id: 'ASC' },
      take: page.limit + 1,
    });
    return toSlice(rows, page.limit, (session) => session.id);
  }

  /** @returns whether it was live until now, and this user's */
  async endOf(userId: string, id: string): Promise<boolean> {
    const where = { ...this.own(), userId, id, endedAt: IsNull() };
    const result = await this.manager.update(SessionEntity, where, { endedAt: () => 'now()' });
    return result.affected === 1;
  }

  /**
   * Ends all sessions of an account that is a member here, in every tenant, but for one.
   * @returns how many were live until now
   */
  async endAllOf(userId: string, exceptId?: string): Promise<number> {
    const rows = await this.manager.query<[{ ended: number }]>(
      'SELECT gatehouse.end_sessions_of($1, $2) AS ended',
      [userId, exceptId ?? null],
    );
    return rows[0].ended;
  }

  async addRefreshToken(token: { id: string; sessionId: string; digest: Buffer }): Promise<void> {
    await this.manager.insert(RefreshTokenEntity, { ...this.own(), ...token });
  }

  /** Finds a refresh token and locks it: of two that come at once, the second sees what the first did. */
  async holdRefreshToken(digest: Buffer): Promise<HeldRefreshToken | undefined> {
    const rows = await this.manager.query<HeldRefreshToken[]>(
      `SELECT t.id, t.session_id AS "sessionId", s.user_id AS "userId",
         s.ended_at IS NULL AND s.expires_at > now() AS "sessionLive",
         extract(epoch FROM clock_timestamp() - t.used_at)::double precision AS "usedSecondsAgo", t.successor
       FROM gatehouse.refresh_tokens t
       JOIN gatehouse.sessions s ON s.tenant_id = t.tenant_id AND s.id = t.session_id
       WHERE t.digest = $1 AND t.tenant_id = $2 FOR UPDATE OF t, s`,
      [digest, this.scope.tenantId],
    );
    return rows[0];
  }

  async useRefreshToken(id: string, successor: Buffer): Promise<void> {
    const where = { ...this.own(), id, usedAt: IsNull() };
    await this.manager.update(RefreshTokenEntity, where, { usedAt: () => 'clock_timestamp()', successor });
  }
}

/** SQL for a moment ahead, by the database's clock. */
function secondsFromNow(seconds: number): string {
  return `now() + make_interval(secs => ${Math.trunc(seconds)})`;
}
