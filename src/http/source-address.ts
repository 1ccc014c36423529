import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Tells where a request comes from: the socket's peer, unless that is a trusted proxy. Then it is the right-most address
 * in `X-Forwarded-For` that isn't trusted: what stands left of it was written by somebody we don't know.
 */
export class SourceAddresses {
  readonly #trusted: readonly [Address, number][];

  /** @param trustedProxies ranges in CIDR notation */
  constructor(trustedProxies: readonly string[]) {
    this.#trusted = trustedProxies.map((range) => ipaddr.parseCIDR(range));
  }

  /** @returns an IPv4 or IPv6 address in canonical form; `unknown` for a peer without one */
  of(request: IncomingMessage): string {
    const peer = read(request.socket.remoteAddress ?? '');
    if (peer === undefined) return 'unknown';
    if (!this.#isTrusted(peer)) return peer.toString();
    let nearest = peer;
    for (const text of forwardedFor(request.rawHeaders).reverse()) {
      const address = read(text);
      // Not an address: the hop before it is the last one we know.
      if (address === undefined) break;
      nearest = address;
      if (!this.#isTrusted(address)) break;
    }
    return nearest.toString();
  }

  #isTrusted(address: Address): boolean {
    return this.#trusted.some(
      ([range, bits]) => range.kind() === address.kind() && address.match(range, bits),
    );
  }
}

/** The header's addresses from left to right; a header that comes several times is one list (RFC 9110 §5.3). */
function forwardedFor(rawHeaders: readonly string[]): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === 'x-forwarded-for') values.push(rawHeaders[at + 1] ?? '');
  }
  return values.length === 0 ? [] : values.join(',').split(',');
}

/** Reads an address as proxies write it: with a port, in brackets, with a zone, IPv4 dressed as IPv6. */
function read(text: string): Address | undefined {
  const bare = text
    .trim()
    .replace(/^\[([^\]]*)\](?::\d+)?$/, '$1')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .replace(/%.*$/, '');
  // `isValid` also takes `1` and `0x7f.1`, which nobody should.
  if (!ipaddr.IPv4.isValidFourPartDecimal(bare) && !ipaddr.IPv6.isValid(bare)) return undefined;
  return ipaddr.process(bare);
}
