import type pg from 'pg';
import type { TokenPurpose } from './entities/account-token.entity.js';
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

/** Whose mailed token it is, and where the account is at home. */
export interface TokenOwner {
  readonly userId: string;
  readonly tenantId: string;
  readonly operator: boolean;
}

/** Where an invitation leads, and whom. */
export interface InvitationPlace {
  readonly tenantId: string;
  readonly operator: boolean;
  readonly email: string;
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

  /** @returns undefined for a token that is unknown, used, expired or for something else */
  async forToken(digest: Buffer, purpose: TokenPurpose): Promise<TokenOwner | undefined> {
    return this.#one<TokenOwner>(
      'account_for_token',
      `SELECT user_id AS "userId", tenant_id AS "tenantId", operator FROM gatehouse.gate_account_token($1, $2)`,
      [digest, purpose],
    );
  }

  /** @returns undefined for an invitation that is unknown, used, revoked or expired, or whose tenant is suspended */
  async forInvitation(digest: Buffer): Promise<InvitationPlace | undefined> {
    return this.#one<InvitationPlace>(
      'invitation_place',
      'SELECT tenant_id AS "tenantId", operator, email FROM gatehouse.gate_invitation($1)',
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
