import { Denial } from '../kernel/denial.js';
import { normalHeaderName, readHead, type RequestHead } from '../kernel/request-head.js';
import { pairs } from './header-list.js';

/** The two headers in which a reverse proxy tells what it was asked, in lower case. */
export interface ForwardedHeaders {
  readonly method: string;
  readonly target: string;
}

/**
 * The head of the request that a trusted proxy asks about: its method and target, and the headers of the original
 * client, which the proxy passes along. Read as strictly as one that had come to us directly.
 * @param own head of the proxy's question; correlation id and source address are the same
 * @returns a denial (400) when one of the two is missing or came twice, in whatever spelling
 */
export function forwardedRequest(own: RequestHead, names: ForwardedHeaders): RequestHead | Denial {
  const method = only(own.rawHeaders, names.method);
  const target = only(own.rawHeaders, names.target);
  if (method === undefined || !/^[A-Z-]{1,32}$/.test(method)) return unusable(names.method);
  if (target === undefined) return unusable(names.target);
  const { rawHeaders, sourceAddress, correlationId } = own;
  return readHead({ method, target, rawHeaders, sourceAddress }, () => correlationId);
}

function only(rawHeaders: readonly string[], name: string): string | undefined {
  const found = pairs(rawHeaders).filter(([spelling]) => normalHeaderName(spelling) === name);
  const [header, ...others] = found;
  return header !== undefined && others.length === 0 && header[0].toLowerCase() === name
    ? header[1]
    : undefined;
}

function unusable(name: string): Denial {
  const message = 'must come exactly once, from the proxy';
  return Denial.ambiguous('FORWARDED_REQUEST_INVALID', `The header ${name} ${message}.`, [
    { field: name, message },
  ]);
}
