import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { SignJWT, type JWTPayload } from 'jose';
import { headWith } from '../../test/harness/heads.js';
import {
  homeTenant,
  MemoryCredentials,
  otherTenant,
  someUser,
  standingWith,
} from '../../test/harness/live-credentials.js';
import { describeSchemeContract, run } from '../../test/harness/scheme-contract.js';
import { newSigningKey } from '../../test/harness/signing-key.js';
import { KeyRing } from './key-ring.js';
import type { LiveSession } from './live-credentials.js';
import { SessionJwtScheme, sessionTokenType } from './session-jwt.scheme.js';

const issuer = 'https://gate.example';
const sid = '01890000-0000-7000-8000-0000000000d1';
const ours = newSigningKey('key-1');
const retired = newSigningKey('key-0', true);
const ring = new KeyRing([ours, retired]);
const schemeOver = (live: MemoryCredentials) =>
  new SessionJwtScheme(live, ring, { issuer, keyPrefixes: ['cspm_'] });
const present = (token: string) => headWith({ Authorization: `Bearer ${token}` });

const nowSeconds = Math.floor(Date.now() / 1000);
const goodClaims = {
  iss: issuer,
  aud: issuer,
  sub: someUser,
  sid,
  tenant_id: homeTenant,
  iat: nowSeconds,
  exp: nowSeconds + 900,
};
const goodHeader = { alg: 'ES256', kid: 'key-1', typ: sessionTokenType };

/** A token signed with our own key: what is wrong with it is only what the test changes. */
const signed = (claims: JWTPayload = {}, header: object = {}) =>
  new SignJWT({ ...goodClaims, ...claims })
    .setProtectedHeader({ ...goodHeader, ...header })
    .sign(ours.privateJwk);

describeSchemeContract('sessions', {
  make: (live) => new SessionJwtScheme(live, ring, { issuer, keyPrefixes: ['cspm_'] }),
  furnish: (live) => live.addSession(sid),
  validSecret: () => signed(),
  present,
  credentialId: sid,
  foreign: [
    headWith({ 'X-API-Key': 'a.b.c' }),
    headWith({ 'X-Master-Key': 'a.b.c' }),
    present('cspm_x'),
    present('cspm_a.b.c'),
    present('at_live_a.b.c'),
    headWith({}, { target: '/scans?access_token=a.b.c' }),
    headWith({ Cookie: 'access_token=a.b.c' }),
  ],
  garbage: ['', 'x', 'a.b', 'a.b.c', 'a.b.c.d', '..', 'e30.e30.', 'bnVsbA.bnVsbA.bnVsbA', 'x'.repeat(5000)],
});

describe('an Authorization header that is nothing we know', () => {
  it.each([
    '',
    'Bearer',
    'Bearer a b',
    'Basic dXNlcjpwYXNz',
    'Digest x',
    'Token a.b.c',
    'a.b.c',
    'Bearer\ta.b.c',
  ])('%j was presented all the same: rejected, never passed over', async (value) => {
    const live = new MemoryCredentials();
    expect(await run(schemeOver(live), headWith({ Authorization: value }))).toMatchObject({
      outcome: 'rejected',
    });
    expect(live.asked).toEqual([]);
  });
});

/** A token put together by hand. */
const assembled = (header: unknown, payload: unknown, signature: string | ((input: string) => Buffer)) => {
  const input = [header, payload].map((part) => base64url(JSON.stringify(part))).join('.');
  return `${input}.${typeof signature === 'string' ? signature : signature(input).toString('base64url')}`;
};
const bySelf = (input: string) =>
  sign('sha256', Buffer.from(input), {
    key: createPrivateKey({ key: ours.privateJwk as never, format: 'jwk' }),
    dsaEncoding: 'ieee-p1363',
  });
const base64url = (text: string) => Buffer.from(text).toString('base64url');
const ourPublicKey = createPublicKey({ key: ours.publicJwk as never, format: 'jwk' });
const attacker = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const byAttacker = (header: object, claims: object = {}) =>
  new SignJWT({ ...goodClaims, ...claims })
    .setProtectedHeader({ ...goodHeader, ...header })
    .sign(attacker.privateKey);
const attackersJwk = attacker.publicKey.export({ format: 'jwk' });

describe('a forged token is rejected, and the store is never asked:', () => {
  const forgeries: readonly (readonly [string, () => string | Promise<string>])[] = [
    ['unsigned, alg none', () => assembled({ ...goodHeader, alg: 'none' }, goodClaims, '')],
    ['unsigned, alg None', () => assembled({ ...goodHeader, alg: 'None' }, goodClaims, '')],
    [
      'unsigned, alg none, with something in place of a signature',
      () => assembled({ ...goodHeader, alg: 'none' }, goodClaims, 'c2ln'),
    ],
    ['unsigned, under our own algorithm', () => assembled(goodHeader, goodClaims, '')],
    ['without an algorithm', () => assembled({ kid: 'key-1', typ: sessionTokenType }, goodClaims, '')],
    ...[
      ourPublicKey.export({ type: 'spki', format: 'pem' }),
      ourPublicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(ours.publicJwk),
      '',
    ].map((secret, index): [string, () => string] => [
      `HS256 with our public key as the secret (${index})`,
      () =>
        assembled({ ...goodHeader, alg: 'HS256' }, goodClaims, (input) =>
          createHmac('sha256', secret).update(input).digest(),
        ),
    ]),
    [
      'another algorithm of the same key type',
      () => assembled({ ...goodHeader, alg: 'ES384' }, goodClaims, 'c2ln'),
    ],
    ['the key of somebody else under our kid', () => byAttacker({})],
    ['the key of somebody else, who sends it along as jwk', () => byAttacker({ jwk: attackersJwk })],
    [
      'the key of somebody else, who says where it is: jku',
      () => byAttacker({ jku: 'https://attacker.example/jwks.json' }),
    ],
    [
      'the key of somebody else, who says where it is: x5u',
      () => byAttacker({ x5u: 'https://attacker.example/cert.pem' }),
    ],
    ['the key of somebody else in a certificate: x5c', () => byAttacker({ x5c: ['MIIB'] })],
    ['a kid that nobody knows', () => byAttacker({ kid: 'key-2' })],
    ['no kid', () => byAttacker({ kid: undefined })],
    ['a kid that is a path', () => byAttacker({ kid: '../../../../dev/null' })],
    ['a kid that is a query', () => byAttacker({ kid: "x' UNION SELECT 'secret" })],
    ['a kid that every object has', () => byAttacker({ kid: '__proto__' })],
    ['a kid that every object inherits', () => byAttacker({ kid: 'constructor' })],
    [
      'the raw zero signature',
      () => assembled(goodHeader, goodClaims, Buffer.alloc(64).toString('base64url')),
    ],
    ['a payload exchanged under a genuine signature', async () => exchanged({ sub: 'somebody-else' })],
    ['a tenant exchanged under a genuine signature', async () => exchanged({ tenant_id: otherTenant })],
    [
      'a session exchanged under a genuine signature',
      async () => exchanged({ sid: '01890000-0000-7000-8000-0000000000d2' }),
    ],
    ['a lifetime exchanged under a genuine signature', async () => exchanged({ exp: nowSeconds + 999_999 })],
    [
      'a member doubled in the payload, under a genuine signature',
      async () => doubled(1, `"tenant_id":"${otherTenant}"`),
    ],
    ['a member doubled in the header, under a genuine signature', async () => doubled(0, '"alg":"none"')],
    [
      'a megabyte of claims',
      () => assembled(goodHeader, { ...goodClaims, padding: 'x'.repeat(1 << 20) }, ''),
    ],
  ];

  /** A genuine token with one more member at the end of its header (0) or payload (1). */
  const doubled = async (part: 0 | 1, member: string) => {
    const parts = (await signed()).split('.');
    const text = Buffer.from(parts[part] ?? '', 'base64url').toString('utf8');
    parts[part] = base64url(text.replace(/}$/, `,${member}}`));
    return parts.join('.');
  };

  const exchanged = async (claims: object) => {
    const [header = '', , signature = ''] = (await signed()).split('.');
    return [header, base64url(JSON.stringify({ ...goodClaims, ...claims })), signature].join('.');
  };

  it.each(forgeries)('%s', async (_, forge) => {
    const live = new MemoryCredentials().addSession(sid);
    expect(await run(schemeOver(live), present(await forge()))).toMatchObject({ outcome: 'rejected' });
    expect(live.asked).toEqual([]);
  });
});

describe('a token that we signed, but not as this, is rejected without asking the store:', () => {
  const misused: readonly (readonly [string, () => Promise<string>])[] = [
    ['expired', () => signed({ exp: nowSeconds - 1 })],
    ['without an expiry', () => signed({ exp: undefined })],
    ['with an expiry that is a text', () => signed({ exp: 'never' as never })],
    ['not valid yet', () => signed({ nbf: nowSeconds + 600 })],
    ['of another type', () => signed({}, { typ: 'refresh+jwt' })],
    ['of the general type', () => signed({}, { typ: 'JWT' })],
    ['of no type', () => signed({}, { typ: undefined })],
    ['by another issuer', () => signed({ iss: 'https://other.example' })],
    ['by an issuer that begins like us', () => signed({ iss: `${issuer}.attacker.example` })],
    ['without an issuer', () => signed({ iss: undefined })],
    ['for another audience', () => signed({ aud: 'https://other.example' })],
    ['without an audience', () => signed({ aud: undefined })],
    ['without a subject', () => signed({ sub: undefined })],
    ['without a session', () => signed({ sid: undefined })],
    ['with a session that is no id', () => signed({ sid: "' OR 1=1 --" })],
    ['with a session that is a list', () => signed({ sid: [sid] })],
    ['without a tenant', () => signed({ tenant_id: undefined })],
    [
      'with a critical extension',
      async () => assembled({ ...goodHeader, crit: ['b64'], b64: true }, goodClaims, bySelf),
    ],
    ['with a jwk, though it is our own', () => signed({}, { jwk: ours.publicJwk })],
    ['with anything else in its header', () => signed({}, { cty: 'JWT' })],
    ['under the kid of another key of ours', () => signed({}, { kid: 'key-0' })],
  ];

  it.each(misused)('%s', async (_, make) => {
    const live = new MemoryCredentials().addSession(sid);
    expect(await run(schemeOver(live), present(await make()))).toMatchObject({ outcome: 'rejected' });
    expect(live.asked).toEqual([]);
  });
});

describe('a genuine token', () => {
  const answerTo = async (change: Partial<LiveSession>) => {
    const live = new MemoryCredentials().addSession(sid, change);
    return run(schemeOver(live), present(await signed()));
  };

  it('stands for the user of its session, with what the store says of both', async () => {
    const standing = standingWith();
    expect(await answerTo({ amr: ['pwd', 'otp'], mfaAgeSeconds: 12.5, standing })).toEqual({
      outcome: 'verified',
      principal: {
        kind: 'user',
        userId: someUser,
        credentialId: sid,
        amr: ['pwd', 'otp'],
        mfaAgeSeconds: 12.5,
      },
      standing,
    });
  });

  it.each([
    ['whose session has ended', { ended: true }],
    ['whose session has expired', { expired: true }],
    ['whose user was disabled', { userActive: false }],
    ['whose session is another user’s', { userId: '01890000-0000-7000-8000-0000000000ab' }],
    ['whose session is in another tenant', { standing: standingWith({ tenantId: otherTenant }) }],
  ])('%s is rejected', async (_, change) => {
    expect(await answerTo(change)).toMatchObject({ outcome: 'rejected' });
  });

  it('whose session is unknown is rejected', async () => {
    expect(await run(schemeOver(new MemoryCredentials()), present(await signed()))).toEqual({
      outcome: 'rejected',
      reason: 'unknown session',
    });
  });

  it('of a key that was retired still counts, until it expires', async () => {
    const token = await new SignJWT(goodClaims)
      .setProtectedHeader({ ...goodHeader, kid: 'key-0' })
      .sign(retired.privateJwk);
    const live = new MemoryCredentials().addSession(sid);
    expect(await run(schemeOver(live), present(token))).toMatchObject({ outcome: 'verified' });
  });

  it('is genuine also when it was put together by hand: the forgeries above fail for what is wrong with them', async () => {
    const live = new MemoryCredentials().addSession(sid);
    expect(await run(schemeOver(live), present(assembled(goodHeader, goodClaims, bySelf)))).toMatchObject({
      outcome: 'verified',
    });
  });

  it('may be sent under any capitals of "bearer", with more than one space', async () => {
    const live = new MemoryCredentials().addSession(sid);
    for (const word of ['bearer ', 'BEARER  ', 'Bearer    ']) {
      const head = headWith({ Authorization: word + (await signed()) });
      expect(await run(schemeOver(live), head)).toMatchObject({ outcome: 'verified' });
    }
  });
});
