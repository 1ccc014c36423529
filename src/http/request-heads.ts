import type { IncomingMessage } from 'node:http';
import { Denial } from '../kernel/denial.js';
import { headerValue, readHead, type RequestHead } from '../kernel/request-head.js';
import type { Surfaces } from '../kernel/surface.js';
import { SourceAddresses } from './source-address.js';

export interface InboundOptions {
  /** Ranges in CIDR notation whose word about the source address is taken. */
  readonly trustedProxies: readonly string[];
  readonly surfaces: Surfaces;
  /** Makes correlation ids. */
  readonly newId: () => string;
}

/** A path that no canonical path can be, and so no route of ours: where requests with an ambiguous one are sent. */
const nowhere = '//';

/** Reads the head of each request once, before anything else looks at it. */
export class RequestHeads {
  readonly #heads = new WeakMap<IncomingMessage, RequestHead>();
  readonly #sources: SourceAddresses;

  constructor(private readonly options: InboundOptions) {
    this.#sources = new SourceAddresses(options.trustedProxies);
  }

  of(request: IncomingMessage): RequestHead {
    let head = this.#heads.get(request);
    if (head === undefined) {
      head = this.#read(request);
      this.#heads.set(request, head);
    }
    return head;
  }

  /**
   * What the router is to see of a request: the canonical path, so that the route that is found, the path that is judged
   * and the path that is forwarded are the same (G11).
   */
  routedTarget(request: IncomingMessage): string {
    const { path, query } = this.of(request);
    if (path === '') return nowhere;
    return query === '' ? path : `${path}?${query}`;
  }

  #read(request: IncomingMessage): RequestHead {
    const { method = '', url: target = '', rawHeaders } = request;
    const sourceAddress = this.#sources.of(request);
    const head = readHead({ method, target, rawHeaders, sourceAddress }, this.options.newId);
    const host = hostOf(request);
    const fault = head.fault ?? (host instanceof Denial ? host : undefined);
    // What can't be read isn't addressed to anybody.
    if (head.path === '') return Object.freeze({ ...head, fault });
    const name = host instanceof Denial ? undefined : host;
    const { surface, path } = this.options.surfaces.addressed(name, head.path);
    if (path !== undefined) return Object.freeze({ ...head, path, surface, fault });
    return Object.freeze({ ...head, surface, fault: fault ?? Denial.noRoute('one prefix beneath another') });
  }
}

/** A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a port (RFC 9110 §7.2, RFC 3986 §3.2.2). */
const hostShape = /^(?<name>[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])?(?::\d*)?$/;

/**
 * The name in the Host header, as names are compared: in lower case, without the port and without the dot that only says that it is
 * complete. It selects a surface, and nothing that depends on who is asking; no other header is asked for it.
 * @returns undefined for no name; a denial unless there is exactly one Host (RFC 9112 §3.2). With two, a proxy and the
 *   server behind it could each believe another one.
 */
function hostOf({ rawHeaders, httpVersion }: IncomingMessage): string | undefined | Denial {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts === 0 && httpVersion === '1.0') return undefined;
  if (hosts !== 1) return hostFault(hosts === 0 ? 'is missing' : 'came more than once');
  const match = hostShape.exec(headerValue(rawHeaders, 'host') ?? '');
  if (match === null) return hostFault('is not the name of a host');
  return match.groups?.name?.toLowerCase().replace(/^\[|[\].]$/g, '');
}

function hostFault(message: string): Denial {
  return Denial.ambiguous('AMBIGUOUS_HEADER', `The header host ${message}.`, [{ field: 'host', message }]);
}
