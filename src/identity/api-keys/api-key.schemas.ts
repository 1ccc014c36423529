import { z } from 'zod';
import { collectionOf, pageMembers } from '../../gate/collection.js';
import { moment, nameField } from '../../gate/fields.js';
import { permissionNameShape } from '../../kernel/own-permissions.js';
import { lifetimeShape, parseLifetime } from './key-lifetime.js';
import { sourceRanges } from './source-ranges.js';

const maxScopes = 500;
const environment = z.enum(['live', 'test']);

const maxGrace = '30d';

/** A length of time, such as `365d`, in seconds. */
function lengthOfTime(most: string) {
  const mostSeconds = parseLifetime(most) ?? 0;
  return z
    .string()
    .regex(lifetimeShape, 'must be a number and a unit, such as 365d, 12h, 30m')
    .transform((text, context) => {
      const seconds = parseLifetime(text);
      if (seconds !== undefined && seconds <= mostSeconds) return seconds;
      context.addIssue({ code: 'custom', message: `must be at most ${most}` });
      return z.NEVER;
    });
}

export const NewApiKey = z
  .strictObject({
    name: nameField,
    scopes: z
      .array(z.string().regex(permissionNameShape, 'must be the name of a permission'))
      .min(1, 'must name at least one permission')
      .max(maxScopes),
    expires_in: lengthOfTime('36500d').optional(),
    expires_at: z.iso
      .datetime({ offset: true, error: 'must be a time such as 2030-01-31T00:00:00Z' })
      .transform((text) => new Date(text))
      .optional(),
    environment: environment.default('live'),
    source_ranges: sourceRanges.optional(),
  })
  .refine((key) => key.expires_in === undefined || key.expires_at === undefined, {
    error: 'must be the only one of expires_in and expires_at',
    path: ['expires_at'],
  })
  .meta({ id: 'NewApiKey' });
export type NewApiKey = z.infer<typeof NewApiKey>;

/** The wish for a successor: how long both keys are good. */
export const RotateApiKey = z
  .strictObject({
    grace: lengthOfTime(maxGrace)
      .prefault('24h')
      .meta({ description: 'How long the old key stays good, such as 24h; at most 30d.' }),
  })
  .prefault({})
  .meta({ id: 'RotateApiKey' });
export type RotateApiKey = z.infer<typeof RotateApiKey>;

/** The query of a list of keys. */
export const ApiKeyQuery = z.strictObject({
  ...pageMembers,
  status: z.enum(['active', 'revoked', 'expired']).optional(),
});
export type ApiKeyQuery = z.infer<typeof ApiKeyQuery>;

const shown = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  prefix: z.string().meta({ description: 'The first characters of the key, to tell keys apart' }),
  scopes: z.array(z.string()),
  environment,
  source_ranges: z
    .array(z.string())
    .nullable()
    .meta({ description: 'CIDR ranges from which it may be used; null: from anywhere' }),
  expires_at: moment.nullable(),
  last_used_at: moment.nullable().meta({ description: 'To the minute' }),
  last_used_from: z.string().nullable().meta({ description: 'The address it was last used from' }),
  replaced_by: z.uuid().nullable().meta({ description: 'The key that was made in its place' }),
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
