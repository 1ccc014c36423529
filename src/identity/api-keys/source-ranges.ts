import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { Problem } from '../../kernel/problem.js';

const maxRanges = 20;

/**
 * `source_ranges`: from where a key may be used, as CIDR ranges. An empty list would say nowhere or anywhere, depending on
 * who reads it, and is refused; so is a range that holds everybody, because it looks like a restriction and is none.
 */
export const sourceRanges = z
  .array(
    z.string().transform((text, context) => {
      const range = readRange(text.trim());
      if ('range' in range) return range.range;
      context.addIssue({ code: 'custom', message: range.fault });
      return z.NEVER;
    }),
  )
  .min(1, 'must hold at least one range; leave it out to allow every address')
  .max(maxRanges, `must hold at most ${maxRanges} ranges`)
  .transform((ranges) => [...new Set(ranges)])
  .meta({ description: 'CIDR ranges from which the key may be used; from anywhere if left out.' });

/**
 * The ranges of a key that is made by one with ranges of its own: those unless narrower ones are wished, or it could be
 * carried off to where its maker is worth nothing (G7).
 * @param own null where the maker has none
 * @throws Problem (403) naming what lies outside
 */
export function rangesWithin(
  wished: readonly string[] | null,
  own: readonly string[] | null,
): readonly string[] | null {
  if (own === null) return wished;
  if (wished === null) return own;
  const outside = wished.filter((range) => !own.some((outer) => holds(outer, range)));
  if (outside.length === 0) return wished;
  throw Problem.forbidden(
    'RANGE_BEYOND_OWN',
    `A key can't make one for where it may not be used itself: ${outside.join(', ')}.`,
  );
}

/** Whether one range holds all of another. */
function holds(outer: string, inner: string): boolean {
  const [range, bits] = ipaddr.parseCIDR(outer);
  const [address, innerBits] = ipaddr.parseCIDR(inner);
  return range.kind() === address.kind() && innerBits >= bits && address.match(range, bits);
}

/** One spelling for each range: lower case, compressed, an address alone as a range of one. */
function readRange(text: string): { readonly range: string } | { readonly fault: string } {
  const { IPv4, IPv6 } = ipaddr;
  // Four parts only: `10.0.0` is 10.0.0.0 to some and 10.0.0.0/24 to others.
  const isV4 = IPv4.isValidCIDRFourPartDecimal(text) || IPv4.isValidFourPartDecimal(text);
  const isV6 = !text.includes('%') && (IPv6.isValidCIDR(text) || IPv6.isValid(text));
  if (!isV4 && !isV6) return { fault: 'must be a range in CIDR notation, such as 192.0.2.0/24' };
  const [address, bits] = ipaddr.parseCIDR(text.includes('/') ? text : `${text}/${isV4 ? 32 : 128}`);
  if (address instanceof IPv6 && address.isIPv4MappedAddress())
    return { fault: 'must be written as a range of IPv4' };
  if (bits === 0) return { fault: 'must not hold every address; leave source_ranges out for that' };
  const first = isV4
    ? IPv4.networkAddressFromCIDR(`${address.toString()}/${bits}`)
    : IPv6.networkAddressFromCIDR(`${address.toString()}/${bits}`);
  if (first.toString() !== address.toString())
    return { fault: `must begin where the range begins: ${first.toString()}/${bits}` };
  return { range: `${first.toString()}/${bits}` };
}
