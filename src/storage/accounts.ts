import type pg from 'pg';
import { asUnavailable } from './outage.js';

/** The account behind an e-mail address, and its membership in the tenant a log-in asks for. */
export interface LoginAccount {
  readonly userId: string;
  readonly passwordHash: string | null;
  /** Null when it isn't a member there. */
  readonly tenantId: string | null;
  readonly operator: boolean;
  /** Whether both the membership and the tenant are active. */
  readonly active: boolean;
}

/** Whose refresh token it is, found before any tenant is known. */
export interface RefreshOwner {
  readonly tenantId: string;
  readonly operator: boolean;
  readonly userId: string;
  readonly active: boolean;
}

/** What log-in and refresh look up before there is a tenant, through the functions made for it and nothing wider. */
export class Accounts {
  constructor(private readonly pool: pg.Pool) {}

  /** @param tenantId where the person wants to be; undefined means at home */
  async forLogin(emailKey: string, tenantId: string | undefined): Promise<LoginAccount | undefined> {
    return this.#one<LoginAccount>(
      'account_for_login',
      `SELECT user_id AS "userId", password_hash AS "passwordHash", tenant_id AS "tenantId",
         coalesce(operator, false) AS operator, active
       FROM gatehouse.gate_login($1, $2)`,
      [emailKey, tenantId ?? null],
    );
  }

  async forRefresh(digest: Buffer): Promise<RefreshOwner | undefined> {
    return this.#one<RefreshOwner>(
      'account_for_refresh',
      `SELECT tenant_id AS "tenantId", operator, user_id AS "userId", active FROM gatehouse.gate_refresh($1)`,
      [digest],
    );
  }

  async #one<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row | undefined> {
    try {
      const result = await this.pool.query<Row>({ name, text, values });
      return result.rows[0];
    } catch (error) {
      throw asUnavailable(error);
    }
  }
}
