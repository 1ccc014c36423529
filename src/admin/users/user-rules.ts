import { mayGive, mayTouch } from '../../access/grant-rules.js';
import type { PermissionCatalogue } from '../../access/permission-catalogue.js';
import type { PermissionSet } from '../../kernel/permission-set.js';
import type { RoleView } from '../../storage/stores/roles.js';
import type { UserView } from '../../storage/stores/users.js';

type JudgedRole = Pick<RoleView, 'id' | 'name' | 'permissions' | 'builtIn'>;

/** What is to become of a user, with everything that counts for whether it may. */
export interface UserTransition {
  readonly user: Pick<UserView, 'status'>;
  readonly current: JudgedRole;
  /** The same as `current` when the role stays. */
  readonly next: JudgedRole;
  readonly status: UserView['status'] | undefined;
}

/**
 * Whether a caller may change a user so (G7).
 * @returns whether it takes an active owner away: then another one must be left
 * @throws Problem (403) where the user's role, or the one they are given, holds more than the caller
 */
export function judgeUserChange(
  { user, current, next, status }: UserTransition,
  holder: PermissionSet,
  catalogue: PermissionCatalogue,
): boolean {
  mayTouch(holder, current.permissions, catalogue);
  const roleChanges = next.id !== current.id;
  const reactivated = user.status === 'disabled' && status === 'active';
  // Who is let in again gets their role anew.
  if (roleChanges || reactivated) mayGive(holder, next.permissions);
  return isOwner(current) && user.status === 'active' && (roleChanges || status === 'disabled');
}

function isOwner(role: JudgedRole): boolean {
  return role.builtIn && role.name === 'owner';
}
