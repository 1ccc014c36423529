import { TrustedPeers } from './trusted-peers.js';

describe('a trusted peer', () => {
  const peers = new TrustedPeers(['10.1.0.0/16', '127.0.0.1', '2001:db8::/32', '::1']);

  it.each([
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['10.2.0.1', false],
    ['127.0.0.1', true],
    ['127.0.0.2', false],
    ['2001:db8::7', true],
    ['2001:db9::7', false],
    ['::1', true],
    ['::', false],
    ['10.1.2.3, 10.1.2.4', false],
    ['not an address', false],
    ['', false],
    [undefined, false],
  ])('%s: %s', (address, trusted) => {
    expect(peers.includes(address)).toBe(trusted);
  });

  it('nobody is one when none is named', () => {
    expect(new TrustedPeers([]).includes('127.0.0.1')).toBe(false);
  });

  it.each(['0.0.0.0/0', '::/0'])('%s would be everybody, and is refused', (range) => {
    expect(() => new TrustedPeers([range])).toThrow(`${range} would trust everybody`);
  });

  it.each(['proxy.example', '10.0.0.0/33', '10.0.0', ''])('%s is refused', (range) => {
    expect(() => new TrustedPeers([range])).toThrow('neither an address nor a CIDR range');
  });
});
