import type { Principal, SchemeName } from '../kernel/principal.js';
import type { RequestHead } from '../kernel/request-head.js';
import type { Secret } from '../kernel/secret.js';
import type { Standing } from '../kernel/standing.js';

/** The credential is genuine and in force: who presented it, and what the database says of them now. */
export interface Verified {
  readonly outcome: 'verified';
  readonly principal: Principal;
  readonly standing: Standing;
}

/** The credential is not valid. The reason is private. */
export interface Rejected {
  readonly outcome: 'rejected';
  readonly reason: string;
}

/**
 * One way of saying who one is. It first says by looking only whether a credential is its own; having claimed it, it
 * alone decides (G1). One file each; the order is the composition root's.
 */
export interface CredentialScheme {
  readonly name: SchemeName;

  /**
   * "Is this mine?", without asking anybody.
   * @throws Denial (400) when the head holds two credentials for this scheme
   */
  claim(head: RequestHead): Secret | undefined;

  /**
   * Checks a claimed credential against live data.
   * @param tenantNamed the tenant that `X-Tenant-ID` names, looked up in the same round trip
   * @throws Unavailable when a store that must be asked can't be reached
   */
  verify(secret: Secret, head: RequestHead, tenantNamed: string | undefined): Promise<Verified | Rejected>;
}

export function rejected(reason: string): Rejected {
  return { outcome: 'rejected', reason };
}
