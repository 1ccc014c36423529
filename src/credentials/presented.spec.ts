import fc from 'fast-check';
import { headWith } from '../../test/harness/heads.js';
import { reservedPrefixes } from '../kernel/api-key-prefixes.js';
import { isKeyShaped, presentedAuthorization } from './presented.js';

const ownPrefixes = ['cspm_', 'own_'];
const shapeOf = (value: string) =>
  presentedAuthorization(headWith({ Authorization: value }), ownPrefixes)?.shape;

/** Characters that a header may hold, without the comma that would make it two. */
const visible = fc.stringMatching(/^[!-+\--~]{0,40}$/);
const base64url = fc.stringMatching(/^[A-Za-z0-9_-]{0,20}$/);
const prefix = fc.constantFrom(...reservedPrefixes, ...ownPrefixes);

describe('what an Authorization header holds', () => {
  it('is nothing only when there is none', () => {
    expect(presentedAuthorization(headWith(), ownPrefixes)).toBeUndefined();
    fc.assert(fc.property(visible, (value) => shapeOf(value) !== undefined));
  });

  it('is a key when it begins like one, whatever follows: also when the rest looks like a JWT', () => {
    fc.assert(fc.property(prefix, visible, (start, rest) => shapeOf(`Bearer ${start}${rest}`) === 'api-key'));
    expect(shapeOf('Bearer cspm_a.b.c')).toBe('api-key');
  });

  it('is a JWT when it has three parts divided by dots and no key’s prefix', () => {
    fc.assert(
      fc.property(base64url, base64url, base64url, (header, payload, signature) => {
        fc.pre(header !== '' && !isKeyShaped(header, ownPrefixes));
        expect(shapeOf(`Bearer ${header}.${payload}.${signature}`)).toBe('jwt');
      }),
    );
  });

  it('is of one shape alone, and that is told without knowing what is valid', () => {
    fc.assert(
      fc.property(visible, (token) => {
        const isKey = isKeyShaped(token, ownPrefixes);
        const isJwt = !isKey && /^[\w-]+\.[\w-]*\.[\w-]*$/.test(token);
        expect(shapeOf(`Bearer ${token}`)).toBe(isKey ? 'api-key' : isJwt ? 'jwt' : 'unknown');
      }),
      { numRuns: 2000 },
    );
  });

  it('is unknown under any other scheme than Bearer, whatever the token', () => {
    const scheme = fc.constantFrom('Basic', 'Token', 'Digest', 'ApiKey', 'Bearer:', 'xBearer', '');
    fc.assert(fc.property(scheme, prefix, (word, start) => shapeOf(`${word} ${start}x`) === 'unknown'));
  });

  it('is unknown when it holds two tokens', () => {
    expect(shapeOf('Bearer a.b.c d.e.f')).toBe('unknown');
    expect(shapeOf('Bearer cspm_a cspm_b')).toBe('unknown');
  });
});

describe('the shape of a key', () => {
  it('is told by its prefix: accepted here, or reserved though it is not', () => {
    expect(isKeyShaped('own_x', ownPrefixes)).toBe(true);
    expect(isKeyShaped('own_x', [])).toBe(false);
    for (const reserved of reservedPrefixes) expect(isKeyShaped(`${reserved}x`, [])).toBe(true);
  });

  it.each(['', 'cspm', 'CSPM_x', ' cspm_x', 'xcspm_', 'a-global-key'])('%j does not have it', (text) => {
    expect(isKeyShaped(text, ownPrefixes)).toBe(false);
  });
});
