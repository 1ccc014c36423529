import type { Database } from './database.js';

/** One use of a key, as the gate saw it. */
export interface KeyUse {
  readonly keyId: string;
  readonly sourceAddress: string;
  readonly ageSeconds: number;
}

/** A key that will end soon, and whom to tell. */
export interface ExpiryWarning {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly expiresAt: Date;
  /** The threshold that was passed: so many days ahead, or fewer. */
  readonly days: number;
  /** The threshold of which the owner was told before. */
  readonly previous: number | null;
  readonly email: string;
  readonly tenant: string;
}

/** Where a key lives that somebody found. */
export interface LeakedKey {
  readonly tenantId: string;
  readonly userId: string;
  readonly id: string;
}

/** How many keys end within so many days. */
export interface ExpiringKeys {
  readonly days: number;
  readonly keys: number;
}

/** What looks after the keys of all tenants at once, through the functions made for it and nothing wider. */
export class KeysAcrossTenants {
  constructor(private readonly database: Database) {}

  /** Writes down when keys were last used, unless that was done within the last minute. @returns for how many it was */
  async noteUses(uses: readonly KeyUse[]): Promise<number> {
    const [row] = await this.#query<{ noted: number }>(
      'SELECT gatehouse.note_key_uses($1, $2, $3) AS noted',
      [
        uses.map(({ keyId }) => keyId),
        uses.map(({ ageSeconds }) => ageSeconds),
        uses.map(({ sourceAddress }) => sourceAddress),
      ],
    );
    return row?.noted ?? 0;
  }

  /** Takes warnings that are due. Whoever takes one has to send it: nobody else gets it again. */
  async claimWarnings(most: number): Promise<ExpiryWarning[]> {
    return this.#query<ExpiryWarning>(
      `SELECT id, name, prefix, expires_at AS "expiresAt", days, previous, email, tenant
       FROM gatehouse.claim_expiry_warnings($1)`,
      [most],
    );
  }

  /** Gives a warning back that could not be sent. */
  async releaseWarning({ id, days, previous }: ExpiryWarning): Promise<void> {
    await this.#query('SELECT gatehouse.release_expiry_warning($1, $2, $3)', [id, days, previous]);
  }

  /** For each threshold of the warnings, how many keys in force end within it. */
  async expiring(): Promise<ExpiringKeys[]> {
    return this.#query<ExpiringKeys>('SELECT days, keys FROM gatehouse.expiring_keys()', []);
  }

  /** @returns for each digest, in their order, the key it is of; undefined where it is of none */
  async find(digests: readonly Buffer[]): Promise<(LeakedKey | undefined)[]> {
    const rows = await this.#query<LeakedKey & { place: string }>(
      `SELECT place, tenant_id AS "tenantId", user_id AS "userId", id FROM gatehouse.leaked_keys($1)`,
      [digests],
    );
    const keys = new Map(
      rows.map(({ place, tenantId, userId, id }) => [Number(place), { tenantId, userId, id }]),
    );
    return digests.map((_, index) => keys.get(index + 1));
  }

  async #query<Row>(text: string, values: unknown[]): Promise<Row[]> {
    return this.database.outsideTenants((manager) => manager.query<Row[]>(text, values));
  }
}
