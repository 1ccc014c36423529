/** Gatehouse's own permissions. Adding one is adding a line here; the golden role matrix then changes and is reviewed. */
export const ownPermissions = {
  'admin.tenants': 'Create, change and suspend tenants (in the operator tenant)',
  'admin.users': 'Manage the tenant’s users',
  'admin.settings': 'Change the tenant’s settings; with admin.users: act in a tenant by naming it',
  'admin.roles': 'Manage the tenant’s roles',
  'admin.keys': 'Manage API keys of the tenant’s users',
  'admin.audit': 'Read the audit trail',
  'admin.oauth': 'Manage OAuth clients',
  'admin.break_glass': 'Review break-glass use',
  'keys.own': 'Manage one’s own API keys',
} as const;
export type OwnPermission = keyof typeof ownPermissions;

/** What can name a permission: no white space, no wildcard, at most 100 characters. */
export const permissionNameShape = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/;

/** Whether a text can name a permission. */
export function isPermissionName(text: string): boolean {
  return permissionNameShape.test(text);
}
