import type { OutgoingHttpHeaders } from 'node:http';
import type { Admission, PublicAdmission } from '../kernel/admission.js';
import type { RequestHead } from '../kernel/request-head.js';
import { endToEnd, type HeaderPair } from './header-list.js';

/**
 * The headers of the answer to the client: the upstream's, without what belongs to its connection; and ours, which an
 * upstream can't set. Several of one name, such as `Set-Cookie`, are a list: given one by one, Node would keep the last.
 * @param rawHeaders the upstream's, names and values in turn
 */
export function clientHeaders(
  rawHeaders: readonly string[],
  head: RequestHead,
  admitted: Admission | PublicAdmission,
): OutgoingHttpHeaders {
  const ours: HeaderPair[] = [['x-correlation-id', head.correlationId]];
  if (admitted.principal !== null) ours.push(['x-tenant-id', admitted.scope.tenantId]);
  const values = new Map<string, string[]>();
  for (const [spelling, value] of [...endToEnd(rawHeaders, isRefused), ...ours]) {
    const name = spelling.toLowerCase();
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return Object.fromEntries([...values].map(([name, list]) => [name, list.length === 1 ? list[0] : list]));
}

function isRefused(name: string): boolean {
  return name === 'x-tenant-id' || name === 'x-correlation-id' || name.startsWith('x-gatehouse-');
}
