import { judge } from '../access/access-policy.js';
import type { DecisionRecord, Door } from '../audit/audit-event.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { ChainVerdict, CredentialChain } from '../credentials/credential-chain.js';
import type { Admission, PublicAdmission } from '../kernel/admission.js';
import type { Demand, ProtectedDemand, PublicDemand } from '../kernel/demand.js';
import { Denial } from '../kernel/denial.js';
import { Problem } from '../kernel/problem.js';
import type { RequestHead } from '../kernel/request-head.js';
import { TenantScope } from '../kernel/tenant-scope.js';
import { withDeadline } from './deadline.js';
import { DecisionFacts } from './decision-facts.js';
import type { GateObserver } from './gate-observer.js';
import type { LimitExceeded, RateLimiter } from './rate-limiter.js';
import { resolveTenant, tenantNamed } from './tenant-resolution.js';

export interface GatekeeperParts {
  readonly chain: CredentialChain;
  readonly trail: AuditTrail;
  readonly limiter: RateLimiter;
  /** Makes request ids: UUIDv7. */
  readonly newId: () => string;
  /** How long a decision may take, in milliseconds. After that it is 503, whatever is still under way. */
  readonly deadlineMs: number;
  readonly observer?: GateObserver;
}

/** The one gate behind every door: who, where, whether — written down, then yes or no. */
export class Gatekeeper {
  constructor(private readonly parts: GatekeeperParts) {}

  /**
   * Decides on a request.
   * @returns the admission; its record is durable by then
   * @throws Denial with the public answer: 400, 401, 403, 429 or 503
   */
  admit(head: RequestHead, demand: ProtectedDemand, door: Door): Promise<Admission>;
  admit(head: RequestHead, demand: PublicDemand, door: Door): Promise<PublicAdmission>;
  admit(head: RequestHead, demand: Demand, door: Door): Promise<Admission | PublicAdmission>;
  async admit(head: RequestHead, demand: Demand, door: Door): Promise<Admission | PublicAdmission> {
    const facts = new DecisionFacts(head, door, this.parts.newId());
    try {
      const admitted = await withDeadline(this.#decide(head, demand, facts), this.parts.deadlineMs);
      this.parts.observer?.admitted(admitted);
      return admitted;
    } catch (error) {
      // A store that is gone, a trail that can't write, a defect of ours: an error inside a check is a denial (G3).
      const denial =
        error instanceof Problem
          ? error
          : Denial.unavailable(error instanceof Error ? error.message : 'unknown error');
      this.parts.observer?.denied(facts.scheme, denial.status);
      throw denial;
    }
  }

  /** Writes a refusal that was not the gate's own to find, such as a path that no route answers to. */
  async refuse(head: RequestHead, denial: Denial, door: Door): Promise<never> {
    const facts = new DecisionFacts(head, door, this.parts.newId());
    try {
      await withDeadline(this.#limitSource(facts, false), this.parts.deadlineMs);
      return await withDeadline(this.#deny(facts, head.fault ?? denial), this.parts.deadlineMs);
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw Denial.unavailable(error instanceof Error ? error.message : 'unknown error');
    }
  }

  /** Writes how an admitted request ended. */
  complete(admitted: Admission | PublicAdmission, head: RequestHead, door: Door, status: number): void {
    this.parts.trail.complete(new DecisionFacts(head, door, admitted.requestId).outcome(admitted, status));
  }

  async #decide(
    head: RequestHead,
    demand: Demand,
    facts: DecisionFacts,
  ): Promise<Admission | PublicAdmission> {
    if (demand.kind === 'public' && demand.unrecorded !== undefined) {
      if (head.fault !== undefined) throw head.fault;
      return facts.publicAdmission();
    }
    await this.#limitSource(facts, demand.kind === 'public' && demand.attempt === true);
    if (head.fault !== undefined) return this.#deny(facts, head.fault);
    if (demand.kind === 'public') {
      await this.#record(facts.allowed());
      return facts.publicAdmission();
    }
    const claimed = await this.#identify(head, facts);
    const denial = judge(demand, claimed);
    if (denial !== undefined) return this.#deny(facts, denial);
    await this.#record(facts.allowed());
    const scope = TenantScope.mint(claimed.tenant.tenantId, claimed.tenant.operator);
    return facts.admission(claimed, scope);
  }

  async #limitSource(facts: DecisionFacts, attempt: boolean): Promise<void> {
    const exceeded = await this.parts.limiter.source(facts.head.sourceAddress, attempt);
    if (exceeded !== undefined) await this.#denyForLimit(facts, exceeded);
  }

  async #identify(head: RequestHead, facts: DecisionFacts) {
    const named = await this.#orDeny(facts, () => tenantNamed(head));
    const verdict = await this.#orDeny(facts, () => this.parts.chain.authenticate(head, named));
    const { scheme, result } = await this.#decided(facts, verdict);
    facts.identified(scheme, result.principal, result.standing.home.tenantId);
    const exceeded = await this.parts.limiter.identity(result.principal.credentialId);
    if (exceeded !== undefined) await this.#denyForLimit(facts, exceeded);
    const tenant = resolveTenant(result.principal, result.standing, named);
    if (tenant instanceof Denial) return this.#deny(facts, tenant);
    facts.placed(tenant.tenantId);
    const atHome = tenant.tenantId === result.standing.home.tenantId;
    return { principal: result.principal, tenant, atHome, scheme };
  }

  async #decided(facts: DecisionFacts, verdict: ChainVerdict) {
    if (verdict.decided === null) return this.#deny(facts, Denial.unauthenticated());
    const { scheme, result } = verdict.decided;
    facts.claimedBy(scheme);
    switch (result.outcome) {
      case 'verified':
        return { scheme, result };
      case 'rejected':
        return this.#deny(facts, Denial.rejected(result.reason));
      case 'unavailable':
        // Nothing was decided, and what could not be asked can hardly be written to.
        throw Denial.unavailable(result.reason);
    }
  }

  async #orDeny<T>(facts: DecisionFacts, step: () => T | Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (error instanceof Denial) return this.#deny(facts, error);
      throw error;
    }
  }

  async #deny(facts: DecisionFacts, denial: Denial): Promise<never> {
    await this.#record(facts.denied(denial));
    throw denial;
  }

  /** A flood is refused cheaply: one record a window says when it began. */
  async #denyForLimit(facts: DecisionFacts, exceeded: LimitExceeded): Promise<never> {
    if (exceeded.first) await this.#record(facts.denied(exceeded.denial));
    throw exceeded.denial;
  }

  async #record(record: DecisionRecord): Promise<void> {
    await this.parts.trail.decided(record);
  }
}
