import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** The machines whose word about the original request is taken: the reverse proxies in front of us. */
export class TrustedPeers {
  readonly #ranges: readonly [Address, number][];

  /**
   * @param ranges addresses or CIDR ranges
   * @throws Error naming a range that can't be read, or one that would trust everybody
   */
  constructor(ranges: readonly string[]) {
    this.#ranges = ranges.map(readRange);
  }

  /** @param address of the connection's other end; what a header claims is no peer */
  includes(address: string | undefined): boolean {
    if (address === undefined || !ipaddr.isValid(address)) return false;
    // A socket that listens on both families shows IPv4 peers as ::ffff:a.b.c.d.
    const peer = ipaddr.process(address);
    return this.#ranges.some(([range, bits]) => peer.kind() === range.kind() && peer.match(range, bits));
  }
}

function readRange(text: string): [Address, number] {
  const range = parse(text);
  if (range === undefined) throw new Error(`trusted proxy ${text} is neither an address nor a CIDR range`);
  if (range[1] === 0) throw new Error(`trusted proxy ${text} would trust everybody`);
  return range;
}

function parse(text: string): [Address, number] | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
