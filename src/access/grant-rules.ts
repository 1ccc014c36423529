import { PermissionSet } from '../kernel/permission-set.js';
import { Problem } from '../kernel/problem.js';
import type { PermissionCatalogue } from './permission-catalogue.js';

/**
 * Reads names that a caller wrote as permissions.
 * @param member the member of the request that holds them
 * @throws Problem (400) naming each that the catalogue doesn't list
 */
export function knownPermissions(
  catalogue: PermissionCatalogue,
  names: readonly string[],
  member: string,
): PermissionSet {
  const errors = names.flatMap((name, index) =>
    catalogue.has(name) ? [] : [{ field: `${member}.${index}`, message: `${name} is not a permission` }],
  );
  if (errors.length > 0) throw Problem.invalid(errors);
  return PermissionSet.of(names);
}

/**
 * Nobody gives what they don't hold (G7).
 * @throws Problem (403) naming what is missing
 */
export function mayGive(holder: PermissionSet, given: PermissionSet): void {
  const missing = given.missingFrom(holder);
  if (missing.length > 0) throw beyondOwn(`This would give more than you hold: ${missing.join(', ')}.`);
}

/**
 * Nobody changes or takes away what is above them either, or an admin could dethrone the owners. What a role holds that
 * the catalogue no longer lists opens nothing, and doesn't count: else nobody at all could clear it away.
 * @throws Problem (403) naming what is missing
 */
export function mayTouch(
  holder: PermissionSet,
  touched: PermissionSet,
  catalogue: PermissionCatalogue,
): void {
  const missing = touched.intersect(catalogue.all).missingFrom(holder);
  if (missing.length > 0) throw beyondOwn(`This holds more than you do: ${missing.join(', ')}.`);
}

/**
 * A key's scopes are held by whoever makes it, and by the user it is for.
 * @throws Problem (403) naming what is missing
 */
export function mayScope(holder: PermissionSet, scopes: PermissionSet, who: string): void {
  const missing = scopes.missingFrom(holder);
  if (missing.length === 0) return;
  throw Problem.forbidden(
    'SCOPE_NOT_HELD',
    `A key can't have scopes that ${who} not hold: ${missing.join(', ')}.`,
  );
}

function beyondOwn(detail: string): Problem {
  return Problem.forbidden('BEYOND_OWN_PERMISSIONS', detail);
}
