import { z } from 'zod';
import { collectionOf } from '../../gate/collection.js';
import { changesSomething, moment, nothingToChange } from '../../gate/fields.js';
import { permissionNameShape } from '../../kernel/own-permissions.js';

const maxPermissions = 1000;

/** What a role is called. */
export const roleName = z
  .string()
  .trim()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/,
    'must be letters, digits, spaces and . _ - ; at most 63 of them',
  );
const permissions = z
  .array(z.string().regex(permissionNameShape, 'must be the name of a permission'))
  .max(maxPermissions);

export const NewRole = z.strictObject({ name: roleName, permissions }).meta({ id: 'NewRole' });
export type NewRole = z.infer<typeof NewRole>;

export const RoleChange = z
  .strictObject({ name: roleName.optional(), permissions: permissions.optional() })
  .refine(changesSomething, nothingToChange)
  .meta({ id: 'RoleChange' });
export type RoleChange = z.infer<typeof RoleChange>;

export const Role = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    permissions: z.array(z.string()),
    built_in: z.boolean(),
    created_at: moment,
  })
  .meta({ id: 'Role' });
export type Role = z.infer<typeof Role>;

export const RoleList = collectionOf(Role, 'RoleList');
export type RoleList = z.infer<typeof RoleList>;
