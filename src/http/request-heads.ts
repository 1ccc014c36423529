import type { IncomingMessage } from 'node:http';
import { Denial } from '../kernel/denial.js';
import { readHead, type RequestHead } from '../kernel/request-head.js';
import { SourceAddresses } from './source-address.js';

export interface InboundOptions {
  /** Ranges in CIDR notation whose word about the source address is taken. */
  readonly trustedProxies: readonly string[];
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
    const fault = head.fault ?? hostFault(request);
    return fault === head.fault ? head : Object.freeze({ ...head, fault });
  }
}

/** Exactly one Host (RFC 9112 §3.2). With two, a proxy and the server behind it could each believe another one. */
function hostFault({ rawHeaders, httpVersion }: IncomingMessage): Denial | undefined {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts === 1 || (hosts === 0 && httpVersion === '1.0')) return undefined;
  const message = hosts === 0 ? 'is missing' : 'came more than once';
  return Denial.ambiguous('AMBIGUOUS_HEADER', `The header host ${message}.`, [{ field: 'host', message }]);
}
