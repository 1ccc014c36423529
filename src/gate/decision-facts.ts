import type { Actor, DecisionRecord, Door, OutcomeRecord, RequestFacts } from '../audit/audit-event.js';
import type { Admission, PublicAdmission } from '../kernel/admission.js';
import type { Denial } from '../kernel/denial.js';
import type { Principal, SchemeName } from '../kernel/principal.js';
import type { RequestHead } from '../kernel/request-head.js';
import type { TenantStanding } from '../kernel/standing.js';
import type { TenantScope } from '../kernel/tenant-scope.js';

/** What becomes known of one request while it is decided, and the records that are written from it. */
export class DecisionFacts {
  #scheme: SchemeName | null = null;
  #principal: Principal | null = null;
  #tenantId: string | null = null;
  readonly #request: RequestFacts;

  constructor(
    readonly head: RequestHead,
    private readonly door: Door,
    requestId: string,
  ) {
    const { correlationId, sourceAddress, userAgent } = head;
    this.#request = { requestId, correlationId, sourceAddress, userAgent };
  }

  /** Whose credential was presented, as far as it is known. */
  get scheme(): SchemeName | null {
    return this.#scheme;
  }

  claimedBy(scheme: SchemeName): void {
    this.#scheme = scheme;
  }

  identified(scheme: SchemeName, principal: Principal, homeTenantId: string): void {
    this.#scheme = scheme;
    this.#principal = principal;
    this.#tenantId = homeTenantId;
  }

  placed(tenantId: string): void {
    this.#tenantId = tenantId;
  }

  allowed(): DecisionRecord {
    const reason = this.#principal?.kind === 'break-glass' ? this.#principal.reason : null;
    return { ...this.#record(), decision: 'allow', status: null, code: null, reason };
  }

  denied(denial: Denial): DecisionRecord {
    const { status, code, reason } = denial;
    return { ...this.#record(), decision: 'deny', status, code, reason };
  }

  outcome(admitted: Admission | PublicAdmission, status: number): OutcomeRecord {
    return { ...this.#common(), kind: 'outcome', actor: actorOf(admitted), status };
  }

  admission(
    claimed: { principal: Principal; tenant: TenantStanding; scheme: SchemeName },
    scope: TenantScope,
  ): Admission {
    const { principal, tenant, scheme } = claimed;
    return Object.freeze({
      ...this.#request,
      scheme,
      principal,
      scope,
      permissions: tenant.permissions,
      ...this.#terms(),
    });
  }

  publicAdmission(): PublicAdmission {
    return Object.freeze({ ...this.#request, principal: null, ...this.#terms() });
  }

  #terms() {
    const terms = this.head.surface?.terms;
    return terms === undefined ? {} : { terms };
  }

  #record() {
    const actor: Actor = { tenantId: this.#tenantId, scheme: this.#scheme, principal: this.#principal };
    return { ...this.#common(), kind: 'decision' as const, actor };
  }

  #common() {
    return { request: this.#request, door: this.door, method: this.head.method, path: this.head.path };
  }
}

/** Who a record made under an admission is about. */
export function actorOf(admitted: Admission | PublicAdmission): Actor {
  if (admitted.principal === null) return { tenantId: null, scheme: null, principal: null };
  const { principal, scheme, scope } = admitted;
  return { tenantId: scope.tenantId, scheme, principal };
}
