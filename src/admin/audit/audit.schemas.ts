import { z } from 'zod';
import { collectionOf, cursorMember, limitMember } from '../../gate/collection.js';
import { lineField, moment } from '../../gate/fields.js';
import { isPlaceText, readPlace } from './audit-cursor.js';

const kind = z.enum(['decision', 'outcome', 'change']);
const decision = z.enum(['allow', 'deny']);
const word = lineField(200);
const time = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2030-01-31T00:00:00Z' })
  .transform((text) => new Date(text));

export const AuditQuery = z.strictObject({
  limit: limitMember,
  cursor: cursorMember(isPlaceText).transform(readPlace).optional(),
  kind: kind.optional(),
  user_id: z.uuid('must be the id of a user').toLowerCase().optional(),
  credential_id: word.optional(),
  action: word
    .optional()
    .meta({ description: 'An HTTP method, or the name of a change such as user.created' }),
  decision: decision.optional(),
  code: word.optional(),
  correlation_id: word.optional(),
  from: time.optional().meta({ description: 'The first moment that counts' }),
  to: time.optional().meta({ description: 'The first moment that no longer counts' }),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

export const AuditEvent = z
  .strictObject({
    id: z.uuid(),
    at: moment,
    kind,
    request_id: z.uuid(),
    correlation_id: z.string(),
    tenant_id: z.uuid().nullable(),
    scheme: z.string().nullable(),
    principal: z.string().nullable(),
    user_id: z.uuid().nullable(),
    credential_id: z.string().nullable(),
    door: z.string().nullable(),
    action: z
      .string()
      .meta({ description: 'The HTTP method of a decision or outcome, the name of a change' }),
    object: z.string().nullable().meta({ description: 'The path, or the id of what was changed' }),
    decision: decision.nullable(),
    status: z.int().nullable(),
    code: z.string().nullable(),
    reason: z.string().nullable(),
    source_address: z.string(),
    user_agent: z.string(),
    details: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'AuditEvent' });
export type AuditEvent = z.infer<typeof AuditEvent>;

export const AuditEventList = collectionOf(AuditEvent, 'AuditEventList');
export type AuditEventList = z.infer<typeof AuditEventList>;
