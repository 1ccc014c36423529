import { IsNull } from 'typeorm';
import { RefreshTokenEntity } from '../entities/refresh-token.entity.js';
import { SessionEntity } from '../entities/session.entity.js';
import { TenantStore } from './tenant-store.js';

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly amr: string[];
  readonly lifetimeSeconds: number;
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

  /** @returns whether it was live until now */
  async end(id: string): Promise<boolean> {
    const where = { ...this.own(), id, endedAt: IsNull() };
    const result = await this.manager.update(SessionEntity, where, { endedAt: () => 'now()' });
    return result.affected === 1;
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
