import { z } from 'zod';
import { collectionOf } from '../../gate/collection.js';
import { moment, nameField } from '../../gate/fields.js';
import { permissionNameShape } from '../../kernel/own-permissions.js';
import { lifetimeShape, parseLifetime } from './key-lifetime.js';

const maxScopes = 500;
const environment = z.enum(['live', 'test']);

const expiresIn = z
  .string()
  .regex(lifetimeShape, 'must be a number and a unit, such as 365d, 12h, 30m')
  .transform((text, context) => {
    const seconds = parseLifetime(text);
    if (seconds !== undefined) return seconds;
    context.addIssue({ code: 'custom', message: 'must be at most 36500d' });
    return z.NEVER;
  });

export const NewApiKey = z
  .strictObject({
    name: nameField,
    scopes: z
      .array(z.string().regex(permissionNameShape, 'must be the name of a permission'))
      .min(1, 'must name at least one permission')
      .max(maxScopes),
    expires_in: expiresIn.optional(),
    expires_at: z.iso
      .datetime({ offset: true, error: 'must be a time such as 2030-01-31T00:00:00Z' })
      .transform((text) => new Date(text))
      .optional(),
    environment: environment.default('live'),
  })
  .refine((key) => key.expires_in === undefined || key.expires_at === undefined, {
    error: 'must be the only one of expires_in and expires_at',
    path: ['expires_at'],
  })
  .meta({ id: 'NewApiKey' });
export type NewApiKey = z.infer<typeof NewApiKey>;

const shown = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  prefix: z.string().meta({ description: 'The first characters of the key, to tell keys apart' }),
  scopes: z.array(z.string()),
  environment,
  expires_at: moment.nullable(),
  created_at: moment,
  revoked_at: moment.nullable(),
});

export const ApiKey = shown.meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof ApiKey>;

export const CreatedApiKey = shown
  .extend({ api_key: z.string().meta({ description: 'The key itself. It is shown this once.' }) })
  .meta({ id: 'CreatedApiKey' });
export type CreatedApiKey = z.infer<typeof CreatedApiKey>;

export const ApiKeyList = collectionOf(ApiKey, 'ApiKeyList');
export type ApiKeyList = z.infer<typeof ApiKeyList>;
