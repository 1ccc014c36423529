import type { PermissionRule, ProtectedDemand } from '../kernel/demand.js';
import { Denial } from '../kernel/denial.js';
import type { PermissionSet } from '../kernel/permission-set.js';
import { userIdOf, type Principal } from '../kernel/principal.js';
import type { TenantStanding } from '../kernel/standing.js';

/** Who asks, in which tenant, with what. */
export interface Claimant {
  readonly principal: Principal;
  readonly tenant: TenantStanding;
  /** Whether that is the identity's own tenant, and not one it has entered. */
  readonly atHome: boolean;
}

type Check = (demand: ProtectedDemand, claimant: Claimant) => Denial | undefined;

/**
 * Whether a claimant satisfies a demand. Pure: what is asked stands in `demand`, what is known in `claimant`.
 * @returns the first refusal, undefined when every part of the demand holds
 */
export function judge(demand: ProtectedDemand, claimant: Claimant): Denial | undefined {
  for (const check of checks) {
    const denial = check(demand, claimant);
    if (denial !== undefined) return denial;
  }
  return undefined;
}

/** In the order in which a refusal is most useful to the caller. Every one of them must pass. */
const checks: readonly Check[] = [
  function environment(demand, { principal }) {
    if (principal.kind !== 'api-key' || principal.environment === 'live') return undefined;
    if (demand.environment === 'test') return undefined;
    return Denial.refused('ENVIRONMENT_MISMATCH', 'A test key reaches only what is marked as test.');
  },

  function person(demand, { principal, atHome }) {
    if (demand.session === true && principal.kind !== 'user') {
      return Denial.refused('SESSION_REQUIRED', 'Only a person who is logged in may do this, no key.');
    }
    if (demand.ownAccount !== true) return undefined;
    if (userIdOf(principal) === undefined) {
      return Denial.refused('USER_REQUIRED', 'Only a user may do this; this credential stands for none.');
    }
    if (!atHome) {
      return Denial.refused(
        'HOME_TENANT_ONLY',
        'One’s own account is reached in its own tenant, without X-Tenant-ID.',
      );
    }
    return undefined;
  },

  function persistence(demand, { principal }) {
    if (demand.persists !== true || principal.kind !== 'break-glass') return undefined;
    return Denial.refused(
      'BREAK_GLASS_FORBIDDEN',
      'Break-glass cannot create what would outlive the incident.',
    );
  },

  function permission(demand, { tenant }) {
    if (demand.permission === undefined || holds(demand.permission, tenant.permissions)) return undefined;
    return Denial.lacksPermission(demand.permission);
  },

  function operator(demand, { tenant }) {
    if (demand.operator !== true || tenant.operator) return undefined;
    return Denial.refused('OPERATOR_ONLY', 'This can be done only in the operator tenant.');
  },

  function feature(demand, { tenant }) {
    if (demand.feature === undefined || tenant.features.includes(demand.feature)) return undefined;
    return Denial.refused('FEATURE_NOT_LICENSED', `The tenant has no licence for ${demand.feature}.`);
  },

  function secondFactor(demand, { principal }) {
    if (demand.mfaMinutes === undefined) return undefined;
    const age = principal.kind === 'user' ? principal.mfaAgeSeconds : undefined;
    if (age !== undefined && age <= demand.mfaMinutes * 60) return undefined;
    const detail = `This needs a second factor proven within the last ${demand.mfaMinutes} minutes.`;
    return Denial.refused('MFA_REQUIRED', detail);
  },
];

/** Whether a set satisfies a rule. An empty `any` is satisfied by nobody, an empty `all` is refused as well. */
export function holds(rule: PermissionRule, permissions: PermissionSet): boolean {
  if (typeof rule === 'string') return permissions.has(rule);
  if ('all' in rule) return rule.all.length > 0 && rule.all.every((part) => holds(part, permissions));
  return rule.any.some((part) => holds(part, permissions));
}
