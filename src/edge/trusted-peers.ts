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

/** An IPv4 address must have four parts: `10.0.0` is read by some as 10.0.0.0 and by others as 10.0.0.0/24. */
function parse(text: string): [Address, number] | undefined {
  const { IPv4, IPv6 } = ipaddr;
  if (IPv4.isValidCIDRFourPartDecimal(text) || IPv6.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (IPv4.isValidFourPartDecimal(text)) return [IPv4.parse(text), 32];
  return IPv6.isValid(text) ? [IPv6.parse(text), 128] : undefined;
}
