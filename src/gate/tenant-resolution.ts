import { Denial } from '../kernel/denial.js';
import { isUuid } from '../kernel/id.js';
import type { PermissionSet } from '../kernel/permission-set.js';
import type { Principal } from '../kernel/principal.js';
import type { RequestHead } from '../kernel/request-head.js';
import type { Standing, TenantStanding } from '../kernel/standing.js';

/** The tenant a request names. @throws Denial (400) when it is not an id */
export function tenantNamed(head: RequestHead): string | undefined {
  const value = head.control['x-tenant-id'];
  if (value === undefined) return undefined;
  const id = value.toLowerCase();
  if (isUuid(id)) return id;
  const message = 'must be the id of a tenant';
  throw Denial.ambiguous('INVALID_TENANT', `X-Tenant-ID ${message}.`, [{ field: 'x-tenant-id', message }]);
}

/**
 * The tenant a request acts in (G5): the identity's own, unless the header names another one that this identity may
 * enter — break-glass; whoever holds both `admin.users` and `admin.settings` there as a member, or in the operator tenant.
 * @returns the tenant with the permissions that count in it, or the denial
 */
export function resolveTenant(
  principal: Principal,
  standing: Standing,
  named: string | undefined,
): TenantStanding | Denial {
  const { home } = standing;
  if (named === undefined || named === home.tenantId) {
    return home.active ? home : Denial.rejected(`tenant ${home.tenantId} is suspended`);
  }
  // A suspended home ends its identities altogether, also where they would go elsewhere.
  if (!home.active && principal.kind !== 'break-glass')
    return Denial.rejected(`tenant ${home.tenantId} is suspended`);
  const entered = standing.named;
  if (entered === undefined) return Denial.tenantForbidden(`there is no tenant ${named}`);
  const permissions = permissionsIn(entered, principal, home);
  if (permissions === undefined) return Denial.tenantForbidden(`may not enter tenant ${named}`);
  if (!entered.active) return Denial.tenantForbidden(`tenant ${named} is suspended`);
  return { ...entered, permissions };
}

function permissionsIn(
  entered: NonNullable<Standing['named']>,
  principal: Principal,
  home: TenantStanding,
): PermissionSet | undefined {
  switch (principal.kind) {
    case 'break-glass':
      return entered.permissions;
    case 'legacy-key':
      return undefined;
    case 'user':
    case 'api-key':
      if (entered.member && mayEnter(entered.permissions)) return entered.permissions;
      return home.operator && mayEnter(home.permissions) ? home.permissions : undefined;
  }
}

function mayEnter(permissions: PermissionSet): boolean {
  return permissions.has('admin.users') && permissions.has('admin.settings');
}
