import { createPublicKey } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { newSigningKey } from '../../test/harness/signing-key.js';
import { KeyRing } from './key-ring.js';

const current = newSigningKey('current');
const old = newSigningKey('old', true);
const ring = new KeyRing([old, current]);

describe('the key ring', () => {
  it('signs with the key whose turn it is, and says which and for what', async () => {
    const token = await ring.sign('session+jwt', { sub: 'somebody' });
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', kid: 'current', typ: 'session+jwt' });
    const key = createPublicKey({ key: current.publicJwk as never, format: 'jwk' });
    expect((await jwtVerify(token, key)).payload).toEqual({ sub: 'somebody' });
  });

  it('verifies with retired keys too', () => {
    expect(
      ring
        .verificationKey('old', 'ES256')
        ?.equals(createPublicKey({ key: old.publicJwk as never, format: 'jwk' })),
    ).toBe(true);
  });

  it.each([
    ['current', 'HS256'],
    ['current', 'none'],
    ['current', 'es256'],
    ['current', undefined],
    ['unknown', 'ES256'],
    ['unknown', undefined],
    ['__proto__', undefined],
    [undefined, 'ES256'],
    [undefined, undefined],
    [['current'], 'ES256'],
    [new String('current'), 'ES256'],
  ])('gives out no key for %j and %j', (kid, algorithm) => {
    expect(ring.verificationKey(kid, algorithm)).toBeUndefined();
  });

  it('gives out public halves only', () => {
    expect(ring.verificationKey('current', 'ES256')?.type).toBe('public');
    const { keys } = ring.jwks();
    expect(keys).toEqual([
      { ...old.publicJwk, kid: 'old', alg: 'ES256', use: 'sig' },
      { ...current.publicJwk, kid: 'current', alg: 'ES256', use: 'sig' },
    ]);
    expect(keys.some((key) => 'd' in key)).toBe(false);
    expect(JSON.stringify(ring)).toBe('{}');
  });

  it('takes up the next key at its very moment, by a clock that nobody sets', async () => {
    let uptime = 1000;
    const handed = { ...newSigningKey('first'), retiresInSeconds: 120 };
    const next = { ...newSigningKey('next'), signsInSeconds: 120 };
    const turns = new KeyRing([next, handed], { uptime: () => uptime });
    const signer = async () => decodeProtectedHeader(await turns.sign('session+jwt', {})).kid;
    expect(await signer()).toBe('first');
    // Long before it signs, its tokens would verify.
    expect(turns.verificationKey('next', 'ES256')).toBeDefined();
    uptime += 119_999;
    expect(await signer()).toBe('first');
    uptime += 1;
    expect(await signer()).toBe('next');
    expect(turns.verificationKey('first', 'ES256')).toBeDefined();
  });

  it('forgets what it is no longer given, and keeps all when nothing given may sign', () => {
    const changing = new KeyRing([current, old]);
    changing.replace([current]);
    expect(changing.verificationKey('old', 'ES256')).toBeUndefined();
    expect(() => changing.replace([old])).toThrow('no key that may sign');
    expect(changing.verificationKey('current', 'ES256')).toBeDefined();
  });

  it('tells of a key it does not know only when it could be one of ours', () => {
    let asked = 0;
    const asking = new KeyRing([current]);
    asking.whenUnknown(() => (asked += 1));
    for (const kid of ['current', 'unknown', '', '__proto__', '../../key', 'x'.repeat(42), 'x'.repeat(44), 7])
      asking.verificationKey(kid, 'ES256');
    expect(asked).toBe(0);
    asking.verificationKey('x'.repeat(43), 'ES256');
    expect(asked).toBe(1);
  });

  it('is not opened without a key that may sign', () => {
    expect(() => new KeyRing([])).toThrow('no key that may sign');
    expect(() => new KeyRing([old])).toThrow('no key that may sign');
  });
});
