import type { TokenPurpose } from '../entities/account-token.entity.js';
import { TenantStore } from './tenant-store.js';

/** What an account is proven by, wherever it is a member. */
export interface HeldAccount {
  readonly id: string;
  readonly email: string;
  readonly emailKey: string;
  readonly passwordHash: string | null;
  /** Whether who reads the address's mail, or registered it, chose the password. */
  readonly passwordOwn: boolean;
  readonly emailVerifiedAt: Date | null;
}

export interface NewAccountToken {
  readonly id: string;
  readonly userId: string;
  readonly purpose: TokenPurpose;
  readonly digest: Buffer;
  readonly lifetimeSeconds: number;
}

const memberHere = (user: string) =>
  `EXISTS (SELECT FROM gatehouse.memberships m WHERE m.user_id = ${user} AND m.tenant_id = $1)`;

/** Passwords and mailed tokens of the accounts that are members of the tenant. */
export class AccountCredentials extends TenantStore {
  /** Holds an account until the transaction ends: of two who change it, the second sees what the first did. */
  async hold(userId: string): Promise<HeldAccount | undefined> {
    const rows = await this.manager.query<HeldAccount[]>(
      `SELECT u.id, u.email, u.email_key AS "emailKey", u.password_hash AS "passwordHash",
         u.password_own AS "passwordOwn", u.email_verified_at AS "emailVerifiedAt"
       FROM gatehouse.users u WHERE u.id = $2 AND ${memberHere('u.id')} FOR NO KEY UPDATE`,
      [this.own().tenantId, userId],
    );
    return rows[0];
  }

  /** Replaces the password, and voids whatever was mailed to replace it with. @param own who chose it; undefined: as before */
  async setPassword(userId: string, passwordHash: string, own?: true): Promise<void> {
    await this.manager.query(
      `UPDATE gatehouse.users u SET password_hash = $3, password_own = coalesce($4, password_own)
       WHERE u.id = $2 AND ${memberHere('u.id')}`,
      [this.own().tenantId, userId, passwordHash, own ?? null],
    );
    await this.voidTokens(userId, 'reset-password');
  }

  /** Notes that somebody has chosen the password who may call the address their own. */
  async markPasswordOwn(userId: string): Promise<void> {
    await this.manager.query(
      `UPDATE gatehouse.users u SET password_own = true WHERE u.id = $2 AND ${memberHere('u.id')}`,
      [this.own().tenantId, userId],
    );
  }

  /** Notes that whoever acts for the account reads its mail. */
  async verifyAddress(userId: string): Promise<void> {
    await this.manager.query(
      `UPDATE gatehouse.users u SET email_verified_at = coalesce(email_verified_at, now())
       WHERE u.id = $2 AND ${memberHere('u.id')}`,
      [this.own().tenantId, userId],
    );
    await this.voidTokens(userId, 'verify-email');
  }

  /**
   * Adds a token, unless so many were made within the last hour: nobody's mailbox is to be filled through us. Hold the
   * account first.
   * @returns whether it was added
   */
  async issueToken(token: NewAccountToken, maxPerHour: number): Promise<boolean> {
    const rows = await this.manager.query<unknown[]>(
      `INSERT INTO gatehouse.account_tokens (id, user_id, purpose, digest, expires_at)
       SELECT $2, $3::uuid, $4, $5, now() + make_interval(secs => $6)
       WHERE ${memberHere('$3::uuid')}
         AND (SELECT count(*) FROM gatehouse.account_tokens t
              WHERE t.user_id = $3::uuid AND t.purpose = $4 AND t.created_at > now() - interval '1 hour') < $7
       RETURNING 1`,
      [
        this.own().tenantId,
        token.id,
        token.userId,
        token.purpose,
        token.digest,
        token.lifetimeSeconds,
        maxPerHour,
      ],
    );
    return rows.length === 1;
  }

  /** Uses a token up: of any number who come with it, one gets the account's id. */
  async useToken(digest: Buffer, purpose: TokenPurpose): Promise<string | undefined> {
    const [rows] = await this.manager.query<[{ userId: string }[], number]>(
      `UPDATE gatehouse.account_tokens t SET used_at = now()
       WHERE t.digest = $2 AND t.purpose = $3 AND t.used_at IS NULL AND t.expires_at > now()
         AND ${memberHere('t.user_id')}
       RETURNING t.user_id AS "userId"`,
      [this.own().tenantId, digest, purpose],
    );
    return rows[0]?.userId;
  }

  private async voidTokens(userId: string, purpose: TokenPurpose): Promise<void> {
    await this.manager.query(
      `UPDATE gatehouse.account_tokens t SET used_at = now()
       WHERE t.user_id = $2 AND t.purpose = $3 AND t.used_at IS NULL AND ${memberHere('t.user_id')}`,
      [this.own().tenantId, userId, purpose],
    );
  }
}
