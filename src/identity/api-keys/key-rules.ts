import type { Admission } from '../../kernel/admission.js';
import type { PermissionSet } from '../../kernel/permission-set.js';
import { Problem } from '../../kernel/problem.js';
import type { ApiKeyView } from '../../storage/stores/api-keys.js';
import type { Stores } from '../../storage/stores/index.js';

/** What bounds the keys that somebody makes: null where nothing does. */
export interface MakersLimits {
  readonly expiresAt: Date | null;
  readonly sourceRanges: readonly string[] | null;
}

/**
 * A key makes for its own user nothing that outlives it, and nothing for where it may not go itself: what was given
 * for a while, or for a place, stays so (G7). Who may make keys for others is not bound by a key's days.
 * @throws Problem (403) for a key of another tenant that has entered this one: its days can't be read from here
 */
export async function limitsOf(
  stores: Stores,
  { principal }: Admission,
  userId: string,
): Promise<MakersLimits> {
  if (principal.kind !== 'api-key' || principal.userId !== userId)
    return { expiresAt: null, sourceRanges: null };
  const own = await stores.keys.findOf(userId, principal.credentialId);
  if (own === undefined) throw keyFromElsewhere();
  return own;
}

/** What the user's role allows now, and until the transaction ends. @throws Problem 404 or 409 for who gets no keys */
export async function roleOf(stores: Stores, userId: string): Promise<PermissionSet> {
  const user = await stores.users.hold(userId, 'to-judge');
  if (user === undefined) throw Problem.notFound('user');
  if (user.status === 'disabled') throw Problem.conflict('USER_DISABLED', 'A disabled user gets no keys.');
  const roles = await stores.roles.hold([user.roleId], 'to-judge');
  const role = roles.get(user.roleId);
  if (role === undefined) throw new Error(`user ${userId} has no role`);
  return role.permissions;
}

/** @throws Problem (404) */
export function found(key: ApiKeyView | undefined): ApiKeyView {
  if (key === undefined) throw Problem.notFound('API key');
  return key;
}

/** What the trail keeps of a key. */
export function factsOf(key: ApiKeyView): Record<string, unknown> {
  const { userId, name, prefix, scopes, environment, sourceRanges, expiresAt } = key;
  return {
    user_id: userId,
    name,
    prefix,
    scopes,
    environment,
    source_ranges: sourceRanges,
    expires_at: expiresAt?.toISOString() ?? null,
  };
}

function keyFromElsewhere(): Problem {
  return Problem.forbidden(
    'KEY_FROM_ELSEWHERE',
    'A key makes keys for its own user only in the tenant it belongs to.',
  );
}
