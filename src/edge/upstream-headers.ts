import type { Admission, PublicAdmission } from '../kernel/admission.js';
import { controlHeaders, normalHeaderName, type RequestHead } from '../kernel/request-head.js';
import { endToEnd, type HeaderPair } from './header-list.js';
import { identityHeaders } from './identity-headers.js';
import { traceParent } from './trace-parent.js';

/** One admitted request, as far as headers are made from it. */
export interface AdmittedRequest {
  readonly head: RequestHead;
  readonly admitted: Admission | PublicAdmission;
  /** The `Host` that the client named. */
  readonly host: string;
  /** How the client's connection reached us. */
  readonly protocol: 'http' | 'https';
}

/**
 * The headers of the request to the upstream, names and values in turn. What the client says of who or where it is, and
 * every credential, stays behind in whatever spelling it came; ours are added last, so that nothing the client sends, not
 * even `Connection: x-gatehouse-user`, removes or doubles them (G11). `Host` is the connection's own.
 */
export function upstreamHeaders({ head, admitted, host, protocol }: AdmittedRequest): string[] {
  const trace = traceParent(head.rawHeaders);
  const passing = endToEnd(head.rawHeaders, isRefused)
    .filter(framesOnce())
    .filter(([spelling]) => trace.kept || spelling.toLowerCase() !== 'tracestate');
  const ours: HeaderPair[] = [
    ...Object.entries(identityHeaders(admitted)),
    ['x-correlation-id', head.correlationId],
    ['traceparent', trace.value],
    ['x-forwarded-for', head.sourceAddress],
    ['x-forwarded-host', host],
    ['x-forwarded-proto', protocol],
  ];
  return [...passing, ...ours].flat();
}

/** Whether a header, by its normal name, is one that only Gatehouse may set, or none of the upstream's business. */
function isRefused(name: string): boolean {
  return refusedNames.has(name) || refusedPrefixes.some((prefix) => name.startsWith(prefix));
}

const refusedPrefixes = ['x-gatehouse-', 'x-forwarded-', 'x-original-', 'x-rewrite-'];
const refusedNames: ReadonlySet<string> = new Set([
  ...controlHeaders,
  'host',
  'expect', // answered by our own server
  'traceparent',
  // Where a request comes from is ours to say, under any of the names that servers believe.
  'forwarded',
  'x-forwarded',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'remote-user',
  'x-remote-user',
  // They turn the request that was judged into another one.
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  // CGI programs read it as HTTP_PROXY.
  'proxy',
]);

/** `Content_Length` is Content-Length to a server that maps names to variables: only the one that our parser read passes. */
function framesOnce(): (pair: HeaderPair) => boolean {
  let seen = false;
  return ([spelling]) => {
    if (normalHeaderName(spelling) !== 'content-length') return true;
    if (seen || spelling.toLowerCase() !== 'content-length') return false;
    seen = true;
    return true;
  };
}
