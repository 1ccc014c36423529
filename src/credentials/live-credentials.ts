import type { Environment } from '../kernel/principal.js';
import type { Standing } from '../kernel/standing.js';

/** What the database says, now, about an API key and its owner. */
export interface LiveKey {
  readonly id: string;
  readonly userId: string;
  readonly environment: Environment;
  readonly revoked: boolean;
  readonly expired: boolean;
  readonly ownerActive: boolean;
  /** CIDR ranges from which it may be used; null means from anywhere, an empty list from nowhere. */
  readonly sourceRanges: readonly string[] | null;
  /** Permissions already cut down to the key's scopes. */
  readonly standing: Standing;
}

/** What the database says, now, about a session and its user. */
export interface LiveSession {
  readonly id: string;
  readonly userId: string;
  readonly ended: boolean;
  readonly expired: boolean;
  readonly userActive: boolean;
  readonly amr: readonly string[];
  readonly mfaAgeSeconds?: number;
  readonly standing: Standing;
}

/**
 * Where credentials are looked up: in the primary database, at every request, in one round trip that also brings the
 * identity's grants. Implemented by `storage`. Each method answers undefined when there is no such credential or
 * tenant, and throws `Unavailable` when the database can't say.
 */
export interface LiveCredentials {
  key(digest: Buffer, tenantNamed: string | undefined): Promise<LiveKey | undefined>;
  session(id: string, tenantNamed: string | undefined): Promise<LiveSession | undefined>;
  /** Standing of the configured legacy key: a role of a tenant, both by name. */
  legacy(tenantSlug: string, role: string, tenantNamed: string | undefined): Promise<Standing | undefined>;
  /** Standing without permissions, at home in the operator tenant: for break-glass. */
  breakGlass(tenantNamed: string | undefined): Promise<Standing | undefined>;
}
