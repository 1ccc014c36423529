import { Problem } from '../../kernel/problem.js';
import { sqlState } from '../outage.js';

/** What a broken constraint means to the caller, by the constraint's name. */
const meanings: Readonly<Record<string, () => Problem>> = {
  tenants_slug: () => Problem.conflict('SLUG_TAKEN', 'Another tenant has this slug.'),
  roles_name: () => Problem.conflict('ROLE_NAME_TAKEN', 'Another role of this tenant has this name.'),
  memberships_pkey: () => Problem.conflict('EMAIL_TAKEN', 'A user of this tenant has this e-mail address.'),
  memberships_role_fkey: () => Problem.conflict('ROLE_IN_USE', 'Users still have this role.'),
};

/** Turns a constraint that speaks about the caller's request into a 409; any other error is given back as it is. */
export function asConflict(error: unknown): unknown {
  const state = sqlState(error);
  if (state !== '23505' && state !== '23503' && state !== '23001') return error;
  return meanings[constraintOf(error) ?? '']?.() ?? error;
}

function constraintOf(error: unknown): string | undefined {
  const { constraint, driverError } = error as { constraint?: string; driverError?: { constraint?: string } };
  return constraint ?? driverError?.constraint;
}
