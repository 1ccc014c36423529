import type { Actor } from '../../audit/audit-event.js';
import { Problem } from '../../kernel/problem.js';
import type { TenantScope } from '../../kernel/tenant-scope.js';

export const verifyLifetimeSeconds = 24 * 60 * 60;
export const resetLifetimeSeconds = 30 * 60;
/** Of one kind, to one account. */
export const maxMailsPerHour = 5;

/** The same for a token that is unknown, used up, expired, or meant for something else. */
export function invalidToken(): Problem {
  return new Problem({
    status: 400,
    code: 'INVALID_TOKEN',
    detail: 'The token is not valid: it was used already, has expired, or never was one.',
  });
}

/** Who acts with a token that was mailed to them: they have proven the mailbox, and hold no credential. */
export function mailboxActor(scope: TenantScope, userId: string): Actor {
  const principal = { kind: 'user' as const, userId, credentialId: 'mailed token', amr: [] };
  return { tenantId: scope.tenantId, scheme: null, principal };
}
