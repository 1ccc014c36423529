import { PermissionSet } from '../kernel/permission-set.js';
import { ownPermissions, type PermissionCatalogue } from './permission-catalogue.js';

export const builtInRoleNames = ['owner', 'admin', 'member', 'viewer', 'legacy-restricted'] as const;
export type BuiltInRole = (typeof builtInRoleNames)[number];

/**
 * The permissions of a built-in role under the catalogue as it stands. They are computed, so that a permission added to
 * the configuration reaches owners without anybody storing a wildcard.
 */
export function builtInPermissions(role: BuiltInRole, catalogue: PermissionCatalogue): PermissionSet {
  const all = catalogue.all.names();
  const installation = all.filter((name) => !Object.hasOwn(ownPermissions, name));
  switch (role) {
    case 'owner':
      return catalogue.all;
    case 'admin':
      return PermissionSet.of(all.filter((name) => name !== 'admin.tenants' && name !== 'admin.break_glass'));
    case 'member':
      return PermissionSet.of([...installation, 'keys.own']);
    case 'viewer':
      return PermissionSet.of(installation.filter(reads));
    case 'legacy-restricted':
      // A key that everybody shares: reading only, and nothing of Gatehouse's own.
      return PermissionSet.of(installation.filter(reads));
  }
}

/** By the field's naming habit: `scans.read`, `databases:read`, `read`. */
function reads(name: string): boolean {
  return /(^|[.:])read$/.test(name);
}
