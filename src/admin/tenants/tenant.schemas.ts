import { z } from 'zod';
import { collectionOf } from '../../gate/collection.js';
import { changesSomething, moment, nameField, nothingToChange } from '../../gate/fields.js';

const status = z.enum(['active', 'suspended']);
const slug = z
  .string()
  .max(63, 'must be at most 63 characters long')
  .regex(
    /^[a-z0-9](-?[a-z0-9])*$/,
    'must be lower-case letters and digits, with single hyphens between them',
  );
/** Without white space: the gate reads all of a tenant's features as one text. */
const feature = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be a name of letters, digits and . _ -');
const features = z
  .array(feature)
  .max(200)
  .transform((names) => [...new Set(names)].sort());

export const NewTenant = z
  .strictObject({ name: nameField, slug, features: features.default([]) })
  .meta({ id: 'NewTenant' });
export type NewTenant = z.infer<typeof NewTenant>;

export const TenantChange = z
  .strictObject({ name: nameField.optional(), status: status.optional(), features: features.optional() })
  .refine(changesSomething, nothingToChange)
  .meta({ id: 'TenantChange' });
export type TenantChange = z.infer<typeof TenantChange>;

export const Tenant = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    slug: z.string(),
    status,
    features: z.array(z.string()),
    created_at: moment,
  })
  .meta({ id: 'Tenant' });
export type Tenant = z.infer<typeof Tenant>;

export const TenantList = collectionOf(Tenant, 'TenantList');
export type TenantList = z.infer<typeof TenantList>;
