import { createPublicKey } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { newSigningKey } from '../../test/harness/signing-key.js';
import { KeyRing } from './key-ring.js';

const current = newSigningKey('current');
const old = newSigningKey('old', true);
const ring = new KeyRing([old, current]);

describe('the key ring', () => {
  it('signs with the first key that is not retired, and says which and for what', async () => {
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

  it('is not opened without a key that may sign', () => {
    expect(() => new KeyRing([])).toThrow('no key that may sign');
    expect(() => new KeyRing([old])).toThrow('no key that may sign');
  });
});
