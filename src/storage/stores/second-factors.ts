import { TenantStore } from './tenant-store.js';

/** An account's secret, held until the transaction ends, and the time step that the database is in. */
export interface HeldSecret {
  /** Sealed. */
  readonly secret: Buffer;
  readonly enabled: boolean;
  /** Time steps of 30 seconds since 1970 (RFC 6238 §4.2), by the database's clock: replicas agree on it. */
  readonly step: number;
}

const memberHere = (user: string, tenant: string) =>
  `EXISTS (SELECT FROM gatehouse.memberships m WHERE m.user_id = ${user} AND m.tenant_id = ${tenant})`;

/** The second factors of the accounts that are members of the tenant. */
export class SecondFactors extends TenantStore {
  /** Keeps a secret that is still to be proven. @returns false when a proven one stands: that is never overwritten */
  async begin(userId: string, secret: Buffer): Promise<boolean> {
    const rows = await this.manager.query<object[]>(
      `INSERT INTO gatehouse.totp_secrets AS s (user_id, secret) SELECT $1, $2 WHERE ${memberHere('$1::uuid', '$3')}
       ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at = now(), last_step = NULL
         WHERE s.enabled_at IS NULL
       RETURNING user_id`,
      [userId, secret, this.own().tenantId],
    );
    return rows.length === 1;
  }

  /** Holds an account's secret: of codes that come at once, the second is judged by what the first left. */
  async hold(userId: string): Promise<HeldSecret | undefined> {
    const rows = await this.manager.query<HeldSecret[]>(
      `SELECT secret, enabled_at IS NOT NULL AS enabled,
         floor(extract(epoch FROM clock_timestamp()) / 30)::integer AS step
       FROM gatehouse.totp_secrets WHERE user_id = $1 AND ${memberHere('totp_secrets.user_id', '$2')} FOR UPDATE`,
      [userId, this.own().tenantId],
    );
    return rows[0];
  }

  async enable(userId: string): Promise<void> {
    await this.manager.query(
      `UPDATE gatehouse.totp_secrets SET enabled_at = now()
       WHERE user_id = $1 AND enabled_at IS NULL AND ${memberHere('totp_secrets.user_id', '$2')}`,
      [userId, this.own().tenantId],
    );
  }

  /** Uses a time step up, with all that came before it. @returns false when it was used up already */
  async takeStep(userId: string, step: number): Promise<boolean> {
    const [, taken] = await this.manager.query<[unknown, number]>(
      `UPDATE gatehouse.totp_secrets SET last_step = $2
       WHERE user_id = $1 AND (last_step IS NULL OR last_step < $2) AND ${memberHere('totp_secrets.user_id', '$3')}`,
      [userId, step, this.own().tenantId],
    );
    return taken === 1;
  }

  /** Uses a backup code up. @returns false when there is none with this digest, or it was used before */
  async takeBackupCode(userId: string, digest: Buffer): Promise<boolean> {
    const [, taken] = await this.manager.query<[unknown, number]>(
      `UPDATE gatehouse.backup_codes SET used_at = now()
       WHERE user_id = $1 AND digest = $2 AND used_at IS NULL AND ${memberHere('backup_codes.user_id', '$3')}`,
      [userId, digest, this.own().tenantId],
    );
    return taken === 1;
  }

  /** Puts new backup codes in the place of all there were, used or not. */
  async replaceBackupCodes(userId: string, digests: readonly Buffer[]): Promise<void> {
    await this.manager.query(
      `DELETE FROM gatehouse.backup_codes WHERE user_id = $1 AND ${memberHere('backup_codes.user_id', '$2')}`,
      [userId, this.own().tenantId],
    );
    await this.manager.query(
      `INSERT INTO gatehouse.backup_codes (user_id, digest) SELECT $1, d FROM unnest($2::bytea[]) AS d
       WHERE ${memberHere('$1::uuid', '$3')}`,
      [userId, digests, this.own().tenantId],
    );
  }

  /** Removes the factor and its backup codes. */
  async remove(userId: string): Promise<void> {
    await this.manager.query(
      `DELETE FROM gatehouse.totp_secrets WHERE user_id = $1 AND ${memberHere('totp_secrets.user_id', '$2')}`,
      [userId, this.own().tenantId],
    );
  }
}
