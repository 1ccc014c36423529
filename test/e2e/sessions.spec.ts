import argon2 from '@node-rs/argon2';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import type { Answer } from '../harness/http-client.js';
import {
  makeKey,
  makePerson,
  makeTenant,
  ok,
  personPassword,
  type Person,
  type Tenant,
} from '../harness/people.js';
import { query } from '../harness/query.js';

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

let gatehouse: TestGatehouse;
let tenant: Tenant;
let person: Person;
/** What is added to this machine's time by the program under test. */
let clockOffsetMs = 0;

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ clock: { now: () => new Date(Date.now() + clockOffsetMs) } });
  tenant = await makeTenant(gatehouse);
  person = await makePerson(gatehouse.http, tenant.owner.token);
});
afterAll(() => gatehouse.stop());

describe('a log-in', () => {
  it('gives a token that anybody can verify with the published keys, and that says whose it is', async () => {
    const answer = await post('/auth/login', { email: person.email, password: personPassword });
    expect(answer.headers['cache-control']).toBe('no-store');
    const { access_token: token, refresh_token: refresh, ...rest } = ok(answer, 200).body;
    const user = (await gatehouse.http.get('/auth/me', { token })).body;
    expect(user.permissions).toContain('keys.own');
    expect(rest).toEqual({
      token_type: 'Bearer',
      expires_in: 900,
      user: expect.objectContaining({ id: person.id }),
    });
    expect(user).toMatchObject(rest.user);
    expect(refresh).toMatch(/^rt_[\w-]{43}$/);

    const published = ok(await gatehouse.http.get('/.well-known/jwks.json'), 200).body;
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(published), {
      issuer: 'http://gatehouse.test',
      audience: 'http://gatehouse.test',
      algorithms: ['ES256'],
      typ: 'session+jwt',
      requiredClaims: ['iss', 'aud', 'sub', 'sid', 'tenant_id', 'iat', 'exp'],
    });
    expect(protectedHeader.kid).toBe(published.keys[0].kid);
    expect(payload).toMatchObject({ sub: person.id, tenant_id: tenant.id });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(900);
    for (const key of published.keys)
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  it('that fails says the same to everybody, and costs the same work, whatever is wrong', async () => {
    const { http } = gatehouse;
    const token = tenant.owner.token;
    const nobody = 'nobody@example.test';
    const without = { email: 'without@example.test', name: 'No password yet', role: 'viewer' };
    ok(await http.post('/admin/users', { token, body: without }), 201);
    const disabled = await makePerson(http, token);
    ok(await http.patch(`/admin/users/${disabled.id}`, { token, body: { status: 'disabled' } }), 200);
    const suspended = await makeTenant(gatehouse);
    const suspension = { token: gatehouse.adminToken, body: { status: 'suspended' } };
    ok(await http.patch(`/admin/tenants/${suspended.id}`, suspension), 200);
    // Each an account of its own, so that nobody is locked out by it.
    const email = async () => (await makePerson(http, token)).email;
    const attempts = {
      'a wrong password': { email: await email(), password: 'not the passphrase' },
      'an unknown address': { email: nobody, password: personPassword },
      'an account without a password': { email: without.email, password: personPassword },
      'a disabled user': { email: disabled.email, password: personPassword },
      'a suspended tenant': { email: suspended.owner.email, password: personPassword },
      'another tenant': { email: await email(), password: personPassword, tenant_id: suspended.id },
      'no such tenant': { email: await email(), password: personPassword, tenant_id: person.id },
      'a password of other letters': { email: await email(), password: personPassword.toUpperCase() },
      'a password with a space behind it': { email: await email(), password: `${personPassword} ` },
    };
    const verify = jest.spyOn(argon2, 'verify');
    try {
      const seen = new Set<string>();
      for (const [what, body] of Object.entries(attempts)) {
        verify.mockClear();
        const { status, headers, text } = await post('/auth/login', body);
        expect({ what, status, work: verify.mock.calls.map(([stored]) => costOf(String(stored))) }).toEqual({
          what,
          status: 401,
          work: ['argon2id v=19 m=19456,t=2,p=1'],
        });
        seen.add(JSON.stringify({ headers: { ...headers, date: undefined }, text }));
      }
      expect(seen.size).toBe(1);
      expect([...seen].join()).toContain('INVALID_CREDENTIALS');
    } finally {
      verify.mockRestore();
    }
  });

  it('finds the account however its address is spelt', async () => {
    const { access_token: token } = ok(
      await post('/auth/login', { email: ` ${person.email.toUpperCase()} `, password: personPassword }),
      200,
    ).body;
    expect((await gatehouse.http.get('/auth/me', { token })).body.id).toBe(person.id);
  });

  it.each([
    ['a role', { role: 'owner' }],
    ['permissions', { permissions: ['admin.users'] }],
    ['a user', { user_id: 'x' }],
    ['methods it was made with', { amr: ['otp'] }],
    ['a prototype', JSON.parse('{"constructor":{"prototype":{"role":"owner"}}}') as object],
  ])('assigns nothing but itself: %s is refused by name', async (_what, more) => {
    for (const [path, body] of [
      ['/auth/login', { email: person.email, password: personPassword }],
      ['/auth/refresh', { refresh_token: 'rt_x' }],
    ] as const) {
      const answer = await post(path, { ...body, ...more });
      const field = Object.keys(more)[0];
      expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST', errors: [{ field }] } });
    }
  });

  it.each([
    [{ email: ['a@b.c'], password: 'x' }, 'email'],
    [{ email: { $ne: null }, password: 'x' }, 'email'],
    [{ email: 'a@b.c', password: 12345678 }, 'password'],
    [{ email: 'a@b.c', password: null }, 'password'],
    [{ email: 'a@b.c', password: '' }, 'password'],
    [{ email: 'a@b.c', password: 'é'.repeat(513) }, 'password'],
    [{ email: 'a\u0000@b.c', password: 'x' }, 'email'],
    [{ email: `${'a'.repeat(250)}@b.c`, password: 'x' }, 'email'],
    [{ email: 'a@b.c' }, 'password'],
    [{ email: 'a@b.c', password: 'x', tenant_id: 'mine' }, 'tenant_id'],
    [['a@b.c', 'x'], ''],
    ['a@b.c', ''],
    [null, ''],
  ])('is refused in any other form: %j', async (body, field) => {
    const answer = await post('/auth/login', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST', errors: [{ field }] } });
    expect(answer.text).not.toContain('12345678');
  });
});

describe('an access token', () => {
  it('is good until it expires, and not a second longer', async () => {
    clockOffsetMs = -14 * 60_000;
    const late = await tokensOf(person);
    clockOffsetMs = -(15 * 60_000 + 1000);
    const expired = await tokensOf(person);
    clockOffsetMs = 0;
    expect(await statusOfMe(late)).toBe(200);
    expect(await statusOfMe(expired)).toBe(401);
    // The session itself lives on.
    expect((await refresh(expired.refresh_token)).status).toBe(200);
  });

  it('is worth nothing without its session: ended, expired or gone from the database', async () => {
    for (const change of [
      `UPDATE gatehouse.sessions SET ended_at = now()`,
      `UPDATE gatehouse.sessions SET expires_at = now()`,
      `WITH tokens AS (DELETE FROM gatehouse.refresh_tokens WHERE session_id = $) DELETE FROM gatehouse.sessions`,
    ]) {
      const tokens = await tokensOf(person);
      const session = `'${String(decodeJwt(tokens.access_token).sid)}'`;
      expect(await statusOfMe(tokens)).toBe(200);
      await query(gatehouse.databaseUrl, `${change.replace('$', session)} WHERE id = ${session}`);
      expect(await statusOfMe(tokens)).toBe(401);
      expect(await refresh(tokens.refresh_token)).toMatchObject({
        status: 401,
        body: { code: 'UNAUTHORIZED' },
      });
    }
  });
});

describe('a log-out', () => {
  it('ends its own session and no other, for good', async () => {
    const [one, other] = [await tokensOf(person), await tokensOf(person)];
    const { key } = await makeKey(gatehouse.http, other.access_token, ['scans.read']);
    ok(await gatehouse.http.post('/auth/logout', { token: one.access_token }), 204);
    expect(await statusOfMe(one)).toBe(401);
    expect((await refresh(one.refresh_token)).status).toBe(401);
    expect((await gatehouse.http.post('/auth/logout', { token: one.access_token })).status).toBe(401);
    expect(await statusOfMe(other)).toBe(200);
    expect((await refresh(other.refresh_token)).status).toBe(200);
    expect((await gatehouse.http.get('/scans/1', { key })).status).toBe(200);
  });

  it('is a person’s own: no key logs anybody out', async () => {
    const { key } = await makeKey(gatehouse.http, person.token, ['keys.own']);
    const answer = await gatehouse.http.post('/auth/logout', { key });
    expect(answer).toMatchObject({ status: 403, body: { code: 'SESSION_REQUIRED' } });
  });

  it('wins over a refresh that comes at the same time', async () => {
    for (let round = 0; round < 10; round += 1) {
      const tokens = await tokensOf(person);
      const [renewed] = await Promise.all([
        refresh(tokens.refresh_token),
        gatehouse.http.post('/auth/logout', { token: tokens.access_token }),
      ]);
      expect([200, 401]).toContain(renewed.status);
      expect(await statusOfMe(tokens)).toBe(401);
      if (renewed.status !== 200) continue;
      expect(await statusOfMe(renewed.body)).toBe(401);
      expect((await refresh(renewed.body.refresh_token)).status).toBe(401);
    }
  });
});

/** What a stored hash costs to compare with. */
function costOf(stored: string): string {
  const [, algorithm = '', version = '', cost = ''] = stored.split('$');
  return `${algorithm} ${version} ${cost}`;
}

function post(path: string, body: unknown): Promise<Answer> {
  return gatehouse.http.post(path, { body, headers: { 'x-correlation-id': 'always-the-same' } });
}

function refresh(token: string): Promise<Answer> {
  return post('/auth/refresh', { refresh_token: token });
}

async function tokensOf({ email, password }: Person): Promise<Tokens> {
  return ok(await post('/auth/login', { email, password }), 200).body as Tokens;
}

async function statusOfMe({ access_token: token }: Tokens): Promise<number> {
  return (await gatehouse.http.get('/auth/me', { token })).status;
}
