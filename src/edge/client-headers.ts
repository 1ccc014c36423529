import type { Admission, PublicAdmission } from '../kernel/admission.js';
import type { RequestHead } from '../kernel/request-head.js';
import { endToEnd, type HeaderPair } from './header-list.js';

/**
 * The headers of the answer to the client, names and values in turn: the upstream's in their order, repeated ones such as
 * `Set-Cookie` kept apart, without what belongs to its connection; and ours, which an upstream can't set.
 * @param rawHeaders the upstream's, names and values in turn
 */
export function clientHeaders(
  rawHeaders: readonly string[],
  head: RequestHead,
  admitted: Admission | PublicAdmission,
): string[] {
  const ours: HeaderPair[] = [['x-correlation-id', head.correlationId]];
  if (admitted.principal !== null) ours.push(['x-tenant-id', admitted.scope.tenantId]);
  return [...endToEnd(rawHeaders, isRefused), ...ours].flat();
}

function isRefused(name: string): boolean {
  return name === 'x-tenant-id' || name === 'x-correlation-id' || name.startsWith('x-gatehouse-');
}
