import { rangesWithin, sourceRanges } from './source-ranges.js';

describe('the ranges a key is asked to be restricted to', () => {
  it.each([
    [['192.0.2.0/24'], ['192.0.2.0/24']],
    [['192.0.2.7'], ['192.0.2.7/32']],
    [['2001:DB8::/32'], ['2001:db8::/32']],
    [['2001:db8:0:0::1'], ['2001:db8::1/128']],
    [
      ['10.0.0.0/8', ' 10.0.0.0/8', '10.0.0.1/32'],
      ['10.0.0.0/8', '10.0.0.1/32'],
    ],
  ])('%j are kept as %j', (ranges, kept) => {
    expect(sourceRanges.parse(ranges)).toEqual(kept);
  });

  it.each([
    ['none at all', []],
    ['everybody', ['0.0.0.0/0']],
    ['everybody in IPv6', ['::/0']],
    ['IPv4 dressed as IPv6', ['::ffff:192.0.2.0/120']],
    ['IPv4 dressed as IPv6, alone', ['::ffff:192.0.2.7']],
    ['bits behind the range', ['192.0.2.7/24']],
    ['bits behind the range of IPv6', ['2001:db8::1/32']],
    ['three parts', ['10.0.0/8']],
    ['a hexadecimal address', ['0x0a000000/8']],
    ['an octal address', ['010.0.0.0/8']],
    ['a zone', ['fe80::1%eth0']],
    ['a zone in a range', ['fe80::%eth0/64']],
    ['too many bits', ['192.0.2.0/33']],
    ['a mask', ['192.0.2.0/255.255.255.0']],
    ['a name', ['example.test']],
    ['nothing', ['']],
    ['a number', [10]],
    ['more than twenty', Array.from({ length: 21 }, (_, part) => `10.0.0.${part}`)],
  ])('with %s are refused', (_what, ranges) => {
    expect(sourceRanges.safeParse(ranges).success).toBe(false);
  });
});

describe('the ranges of a key that a key makes', () => {
  const own = ['10.0.0.0/8', '2001:db8::/32'];

  it('are those asked for, where the maker has none', () => {
    expect(rangesWithin(null, null)).toBeNull();
    expect(rangesWithin(['192.0.2.0/24'], null)).toEqual(['192.0.2.0/24']);
  });

  it('are the maker’s own, unless narrower ones are asked for', () => {
    expect(rangesWithin(null, own)).toEqual(own);
    expect(rangesWithin(['10.1.0.0/16', '2001:db8:1::/48'], own)).toEqual(['10.1.0.0/16', '2001:db8:1::/48']);
    expect(rangesWithin(own, own)).toEqual(own);
  });

  it.each([['192.0.2.0/24'], ['10.0.0.0/7'], ['2001::/16'], ['::/1'], ['0.0.0.0/0']])(
    'never hold %s, which the maker’s don’t',
    (range) => {
      expect(() => rangesWithin(['10.1.0.0/16', range], own)).toThrow(
        expect.objectContaining({ status: 403, code: 'RANGE_BEYOND_OWN' }),
      );
    },
  );
});
