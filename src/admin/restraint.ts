import type { Admission } from '../kernel/admission.js';
import { Denial } from '../kernel/denial.js';

/**
 * What an incident needs is to take away: disable a user, suspend a tenant. Break-glass may do that, and nothing that
 * would still be there when the incident is over (G8). For acts that can do both; those that only give declare
 * `persists` and never get here.
 * @throws Denial (403)
 */
export function restrainBreakGlass(admission: Admission, onlyTakesAway: boolean): void {
  if (admission.principal.kind !== 'break-glass' || onlyTakesAway) return;
  throw Denial.refused('BREAK_GLASS_FORBIDDEN', 'Break-glass can take away here, but change nothing else.');
}
