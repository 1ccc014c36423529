import fc from 'fast-check';
import { isFromRange } from './source-ranges.js';

describe('whether an address lies in a range', () => {
  it.each([
    ['192.0.2.7', '192.0.2.0/24'],
    ['192.0.2.7', '192.0.2.7/32'],
    ['::ffff:192.0.2.7', '192.0.2.0/24'],
    ['2001:db8::1', '2001:db8::/32'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1/128'],
  ])('%s lies in %s', (address, range) => {
    expect(isFromRange(address, [range])).toBe(true);
    expect(isFromRange(address, ['198.51.100.0/24', range])).toBe(true);
  });

  it.each([
    ['192.0.3.7', '192.0.2.0/24'],
    ['192.0.2.8', '192.0.2.7/32'],
    ['::ffff:192.0.3.7', '192.0.2.0/24'],
    // The IPv6 range that holds IPv4 in its last bits says nothing of IPv4.
    ['192.0.2.7', '::ffff:0:0/96'],
    ['192.0.2.7', '::/0'],
    ['2001:db9::1', '2001:db8::/32'],
    ['unknown', '192.0.2.0/24'],
    ['', '192.0.2.0/24'],
  ])('%s does not lie in %s', (address, range) => {
    expect(isFromRange(address, [range])).toBe(false);
  });

  it('is no, where there is no range, or none that can be read', () => {
    expect(isFromRange('192.0.2.7', [])).toBe(false);
    for (const range of ['', '192.0.2.7', '192.0.2.0/33', '192.0.2.0/-1', '*', 'any']) {
      expect({ range, holds: isFromRange('192.0.2.7', [range]) }).toEqual({ range, holds: false });
    }
  });

  it('is told by the first bits alone', () => {
    const word = fc.nat({ max: 0xffffffff });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 32 }), (one, other, bits) => {
        const alike = one >>> (32 - bits) === other >>> (32 - bits);
        expect(isFromRange(dotted(one), [`${dotted(other)}/${bits}`])).toBe(alike);
      }),
    );
  });
});

function dotted(word: number): string {
  return [24, 16, 8, 0].map((shift) => (word >>> shift) & 255).join('.');
}
