import type { Actor, ChangeRecord } from '../audit/audit-event.js';
import type { Admission, PublicAdmission } from '../kernel/admission.js';
import { actorOf } from './decision-facts.js';

/** The record of a change made under an admission; to be committed with the change itself. */
export function changeRecord(
  admission: Admission,
  action: string,
  objectId: string | null,
  details: Readonly<Record<string, unknown>> = {},
): ChangeRecord {
  return recordFor(admission, actorOf(admission), action, objectId, details);
}

/** The same where the actor became known only behind the gate: at a log-in, for one. */
export function recordFor(
  admitted: Admission | PublicAdmission,
  actor: Actor,
  action: string,
  objectId: string | null,
  details: Readonly<Record<string, unknown>> = {},
): ChangeRecord {
  const { requestId, correlationId, sourceAddress, userAgent } = admitted;
  const request = { requestId, correlationId, sourceAddress, userAgent };
  return { kind: 'change', request, actor, action, objectId, details };
}
