import type pg from 'pg';
import type { LiveCredentials, LiveKey, LiveSession } from '../../credentials/live-credentials.js';
import { PermissionSet } from '../../kernel/permission-set.js';
import type { Environment } from '../../kernel/principal.js';
import type { Standing } from '../../kernel/standing.js';
import { asUnavailable } from '../outage.js';
import { SharedLookup } from './shared-lookup.js';
import { toStanding, words, type StandingRow } from './standing-row.js';

interface KeyRow extends StandingRow {
  readonly place: string;
  readonly id: string;
  readonly user_id: string;
  readonly environment: Environment;
  readonly scopes: string;
  readonly revoked: boolean;
  readonly expired: boolean;
  readonly owner_active: boolean;
  readonly source_ranges: string | null;
}

interface SessionRow extends StandingRow {
  readonly place: string;
  readonly id: string;
  readonly user_id: string;
  readonly amr: string;
  readonly mfa_age: number | null;
  readonly ended: boolean;
  readonly expired: boolean;
  readonly user_active: boolean;
}

interface Asked<T> {
  readonly by: T;
  readonly named: string | undefined;
}

/** Looks credentials up in the primary database: one statement, through security-definer functions, at every request. */
export class PgLiveCredentials implements LiveCredentials {
  readonly #keys: SharedLookup<Asked<Buffer>, LiveKey>;
  readonly #sessions: SharedLookup<Asked<string>, LiveSession>;

  constructor(private readonly pool: pg.Pool) {
    this.#keys = new SharedLookup(async (asked) =>
      this.#place(asked, await this.#rows<KeyRow>('gate_keys', asked), toKey),
    );
    this.#sessions = new SharedLookup(async (asked) =>
      this.#place(asked, await this.#rows<SessionRow>('gate_sessions', asked), toSession),
    );
  }

  key(digest: Buffer, named: string | undefined): Promise<LiveKey | undefined> {
    return this.#keys.ask({ by: digest, named });
  }

  session(id: string, named: string | undefined): Promise<LiveSession | undefined> {
    return this.#sessions.ask({ by: id, named });
  }

  async legacy(tenantSlug: string, role: string, named: string | undefined): Promise<Standing | undefined> {
    const text = 'SELECT * FROM gatehouse.gate_legacy($1, $2, $3)';
    const rows = await this.#query<StandingRow>('gate_legacy', text, [tenantSlug, role, named ?? null]);
    return rows[0] && toStanding(rows[0]);
  }

  async breakGlass(named: string | undefined): Promise<Standing | undefined> {
    const text = 'SELECT * FROM gatehouse.gate_break_glass($1)';
    const rows = await this.#query<StandingRow>('gate_break_glass', text, [named ?? null]);
    return rows[0] && toStanding(rows[0]);
  }

  async #rows<Row>(name: 'gate_keys' | 'gate_sessions', asked: readonly Asked<unknown>[]): Promise<Row[]> {
    const text = `SELECT * FROM gatehouse.${name}($1, $2)`;
    return this.#query<Row>(name, text, [asked.map(({ by }) => by), asked.map(({ named }) => named ?? null)]);
  }

  #place<Row extends { place: string }, A>(
    asked: readonly unknown[],
    rows: readonly Row[],
    read: (row: Row) => A,
  ) {
    const answers = new Array<A | undefined>(asked.length).fill(undefined);
    for (const row of rows) answers[Number(row.place) - 1] = read(row);
    return answers;
  }

  async #query<Row>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    try {
      const result = await this.pool.query<Row & pg.QueryResultRow>({ name, text, values });
      return result.rows;
    } catch (error) {
      throw asUnavailable(error);
    }
  }
}

function toKey(row: KeyRow): LiveKey {
  // Scopes ∩ live role (G7). No scopes means nothing, never everything.
  const scopes = PermissionSet.parse(row.scopes);
  return {
    id: row.id,
    userId: row.user_id,
    environment: row.environment,
    revoked: row.revoked,
    expired: row.expired,
    ownerActive: row.owner_active,
    sourceRanges: row.source_ranges === null ? null : words(row.source_ranges),
    standing: toStanding(row, (live) => live.intersect(scopes)),
  };
}

function toSession(row: SessionRow): LiveSession {
  return {
    id: row.id,
    userId: row.user_id,
    amr: words(row.amr),
    mfaAgeSeconds: row.mfa_age ?? undefined,
    ended: row.ended,
    expired: row.expired,
    userActive: row.user_active,
    standing: toStanding(row),
  };
}
