import ipaddr from 'ipaddr.js';

/**
 * Whether an address lies in one of several CIDR ranges. What can't be read lies nowhere, and holds nothing: a restriction
 * that we don't understand is not one that we lift.
 * @param address as the server knows it; IPv4 may come dressed as IPv6 (RFC 4291 §2.5.5.2)
 */
export function isFromRange(address: string, ranges: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const source = ipaddr.process(address);
  return ranges.some((text) => {
    if (!ipaddr.isValidCIDR(text)) return false;
    const [range, bits] = ipaddr.parseCIDR(text);
    return range.kind() === source.kind() && source.match(range, bits);
  });
}
