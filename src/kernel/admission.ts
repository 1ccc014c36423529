import type { PermissionSet } from './permission-set.js';
import type { Principal, SchemeName } from './principal.js';
import type { SurfaceTerms } from './surface.js';
import type { TenantScope } from './tenant-scope.js';

/** The gate's yes: immutable, and passed as the first argument to whatever acts on it. */
export interface Admission {
  /** Names the request in the trail: one decision, one outcome, any number of changes. */
  readonly requestId: string;
  readonly correlationId: string;
  readonly scheme: SchemeName;
  readonly principal: Principal;
  readonly scope: TenantScope;
  readonly permissions: PermissionSet;
  readonly sourceAddress: string;
  readonly userAgent: string;
  /** What the surface that was asked promises its clients; undefined where nothing special. */
  readonly terms?: SurfaceTerms;
}

/** The gate's yes to somebody who was not asked who they are. */
export interface PublicAdmission {
  readonly requestId: string;
  readonly correlationId: string;
  readonly principal: null;
  readonly sourceAddress: string;
  readonly userAgent: string;
  /** What the surface that was asked promises its clients; undefined where nothing special. */
  readonly terms?: SurfaceTerms;
}
