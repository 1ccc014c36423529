import { z } from 'zod';
import { collectionOf } from '../../gate/collection.js';
import { emailField, moment, nameField } from '../../gate/fields.js';
import { maxPasswordBytes, minPasswordLength } from '../passwords/password-hasher.js';

/** The rules for a password depend on who asks where, so they are the use cases'; here it is only kept from being huge. */
const chosenPassword = boundedPassword().meta({
  description: `At least ${minPasswordLength} characters, unless the surface’s document says fewer, and none of the passwords that everybody tries first`,
});
const token = z.string().min(1, 'must not be empty').max(200, 'is too long');

export const Registration = z
  .strictObject({
    email: emailField,
    password: chosenPassword,
    name: nameField,
    company: nameField
      .optional()
      .meta({ description: 'What the new tenant is called; without one it is called after the person' }),
    invitation: token.optional().meta({ description: 'A token that was mailed: then no tenant is made' }),
  })
  .meta({ id: 'Registration' });
export type Registration = z.infer<typeof Registration>;

export const RegistrationResult = z
  .strictObject({
    status: z.enum(['check_your_mail', 'registered']).meta({
      description: '`registered` only with an invitation; otherwise the same whatever has become of it',
    }),
  })
  .meta({ id: 'RegistrationResult' });
export type RegistrationResult = z.infer<typeof RegistrationResult>;

export const MailSent = z.strictObject({ status: z.literal('check_your_mail') }).meta({ id: 'MailSent' });
export type MailSent = z.infer<typeof MailSent>;

export const AddressBody = z.strictObject({ email: emailField }).meta({ id: 'Address' });
export type AddressBody = z.infer<typeof AddressBody>;

export const EmailVerification = z
  .strictObject({
    token,
    password: chosenPassword
      .optional()
      .meta({ description: 'Required where somebody else chose the account’s password; ends its sessions' }),
  })
  .meta({ id: 'EmailVerification' });
export type EmailVerification = z.infer<typeof EmailVerification>;

export const PasswordReset = z
  .strictObject({ token, new_password: chosenPassword })
  .meta({ id: 'PasswordReset' });
export type PasswordReset = z.infer<typeof PasswordReset>;

export const PasswordChange = z
  .strictObject({ current_password: boundedPassword(), new_password: chosenPassword })
  .meta({ id: 'PasswordChange' });
export type PasswordChange = z.infer<typeof PasswordChange>;

export const InvitationAcceptance = z
  .strictObject({
    token,
    name: nameField.meta({ description: 'What the new member is called in this tenant' }),
    password: chosenPassword.optional().meta({
      description: 'Required unless the address has a verified account, which keeps its password',
    }),
  })
  .meta({ id: 'InvitationAcceptance' });
export type InvitationAcceptance = z.infer<typeof InvitationAcceptance>;

export const Accepted = z
  .strictObject({ tenant_id: z.uuid(), user_id: z.uuid(), email: z.string() })
  .meta({ id: 'AcceptedInvitation' });
export type Accepted = z.infer<typeof Accepted>;

const OwnSession = z
  .strictObject({
    id: z.uuid(),
    current: z.boolean(),
    methods: z.array(z.string()).meta({ description: 'RFC 8176' }),
    source_address: z.string(),
    user_agent: z.string(),
    created_at: moment,
    expires_at: moment,
  })
  .meta({ id: 'OwnSession' });

export const OwnSessionList = collectionOf(OwnSession, 'OwnSessionList');
export type OwnSessionList = z.infer<typeof OwnSessionList>;

function boundedPassword() {
  return z
    .string()
    .min(1, 'must not be empty')
    .refine(
      (text) => Buffer.byteLength(text) <= maxPasswordBytes,
      `must be at most ${maxPasswordBytes} bytes long`,
    );
}
