import { z } from 'zod';
import { isEmail } from '../../kernel/email.js';
import { maxPasswordBytes } from '../passwords/password-hasher.js';
import { codeField } from '../second-factor/second-factor.schemas.js';

const email = z.string().trim().refine(isEmail, 'must be an e-mail address').meta({ format: 'email' });
/** What is presented as a password is only bounded: whether it is the right one, the hash says. */
const password = z
  .string()
  .min(1, 'must not be empty')
  .refine(
    (text) => Buffer.byteLength(text) <= maxPasswordBytes,
    `must be at most ${maxPasswordBytes} bytes long`,
  );

export const LoginBody = z
  .strictObject({
    email,
    password,
    tenant_id: z.uuid('must be the id of a tenant').toLowerCase().optional(),
    totp_code: codeField.optional(),
  })
  .meta({ id: 'Login' });
export type LoginBody = z.infer<typeof LoginBody>;

export const RefreshBody = z
  .strictObject({ refresh_token: z.string().min(1, 'must not be empty').max(512, 'is too long') })
  .meta({ id: 'Refresh' });
export type RefreshBody = z.infer<typeof RefreshBody>;

export const CurrentUser = z
  .strictObject({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    tenant_id: z.uuid(),
    role: z.string(),
    status: z.enum(['active', 'disabled']),
    permissions: z.array(z.string()),
    tenant: z.strictObject({ name: z.string(), features: z.array(z.string()) }),
    two_factor_enabled: z.boolean(),
    email_verified_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'CurrentUser' });
export type CurrentUser = z.infer<typeof CurrentUser>;

export const SessionUser = CurrentUser.omit({ permissions: true, tenant: true }).meta({ id: 'SessionUser' });
export type SessionUser = z.infer<typeof SessionUser>;

export const SessionTokenPair = z
  .strictObject({
    access_token: z.string(),
    refresh_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().meta({ description: 'Seconds' }),
    user: SessionUser,
  })
  .meta({ id: 'SessionTokens' });
export type SessionTokenPair = z.infer<typeof SessionTokenPair>;

export const JwkSet = z
  .strictObject({ keys: z.array(z.record(z.string(), z.unknown())) })
  .meta({ id: 'JwkSet', description: 'RFC 7517' });
