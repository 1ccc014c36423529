import { z } from 'zod';
import { collectionOf } from '../../gate/collection.js';
import { emailField, moment } from '../../gate/fields.js';
import { roleName } from '../roles/role.schemas.js';

export const NewInvitation = z
  .strictObject({
    email: emailField,
    role: roleName.meta({ description: 'The name of one of the tenant’s roles' }),
  })
  .meta({ id: 'NewInvitation' });
export type NewInvitation = z.infer<typeof NewInvitation>;

export const Invitation = z
  .strictObject({
    id: z.uuid(),
    email: z.string(),
    role: z.string(),
    status: z.enum(['open', 'accepted', 'revoked', 'expired']),
    invited_by: z.uuid(),
    created_at: moment,
    expires_at: moment,
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.infer<typeof Invitation>;

export const InvitationList = collectionOf(Invitation, 'InvitationList');
export type InvitationList = z.infer<typeof InvitationList>;
