import { z } from 'zod';
import { collectionOf, pageMembers } from '../../gate/collection.js';
import {
  changesSomething,
  emailField,
  lineField,
  moment,
  nameField,
  nothingToChange,
} from '../../gate/fields.js';
import { newPassword } from '../../identity/passwords/password-rules.js';
import { roleName } from '../roles/role.schemas.js';

const status = z.enum(['active', 'disabled']);
const role = roleName.meta({ description: 'The name of one of the tenant’s roles' });
const password = newPassword().meta({
  description:
    'Without one, and without an account elsewhere in the installation, the user can’t log in yet.',
});

export const UserQuery = z.strictObject({
  ...pageMembers,
  search: lineField(200).optional().meta({ description: 'A part of the name or of the e-mail address' }),
});
export type UserQuery = z.infer<typeof UserQuery>;

export const NewUser = z
  .strictObject({ email: emailField, name: nameField, role, password: password.optional() })
  .meta({ id: 'NewUser' });
export type NewUser = z.infer<typeof NewUser>;

export const UserChange = z
  .strictObject({ name: nameField.optional(), role: role.optional(), status: status.optional() })
  .refine(changesSomething, nothingToChange)
  .meta({ id: 'UserChange' });
export type UserChange = z.infer<typeof UserChange>;

export const User = z
  .strictObject({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    tenant_id: z.uuid(),
    role: z.string(),
    status,
    two_factor_enabled: z.boolean(),
    email_verified_at: moment.nullable(),
    created_at: moment,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

export const UserList = collectionOf(User, 'UserList');
export type UserList = z.infer<typeof UserList>;
