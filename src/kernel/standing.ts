import type { PermissionSet } from './permission-set.js';

/** What the database says, now, about an identity in one tenant. */
export interface TenantStanding {
  readonly tenantId: string;
  readonly active: boolean;
  /** Whether this is the operator tenant, the installation's own. */
  readonly operator: boolean;
  /** What the identity may do there: its live role's permissions, cut down to the credential's scopes. */
  readonly permissions: PermissionSet;
  /** Licensed features of the tenant. */
  readonly features: readonly string[];
}

/**
 * An identity's live standing, read in the one round trip that also looked up its credential: at home, and in the tenant
 * that the request names if that is another one.
 */
export interface Standing {
  readonly home: TenantStanding;
  /** Present when the request names another tenant than home and that tenant exists. */
  readonly named?: TenantStanding & { readonly member: boolean };
}
