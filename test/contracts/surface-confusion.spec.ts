import { rawExchange } from '../harness/controller-app.js';
import { makeKey, makePerson, makeTenant, ok, type Tenant } from '../harness/people.js';
import { nameOf, places, sendBy, type Place } from './places.js';
import { World } from './world.js';

const everywhere = places.map((place) => [nameOf(place), place] as const);
const [canonical, , cloudheed, , switchboard] = places as [Place, Place, Place, Place, Place];
const hosts = ['gate.example', 'api.cloudsync.io', 'api.switchboard.dev'];

let world: World;
let tenant: Tenant;
let port: number;

beforeAll(async () => {
  world = await World.start();
  tenant = await makeTenant(world.gatehouse);
  port = Number(new URL(world.gatehouse.url).port);
});
afterAll(() => world.stop());

/** Sends a request as bytes. @param headers lines, each with its end */
async function raw(target: string, headers: string): Promise<{ status: number; text: string }> {
  const text = await rawExchange(port, `GET ${target} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
  return { status: Number(text.slice(9, 12)), text };
}

describe('a path beneath a prefix', () => {
  const spellings = [
    ['/v1/admin/users', 401],
    ['/v1/../admin/users', 400],
    ['/v1/%2e%2e/admin/users', 400],
    ['/v1/..%2fadmin/users', 400],
    ['/v1/./admin/users', 400],
    ['/v1//admin/users', 400],
    ['//v1/admin/users', 400],
    ['/v1%2fadmin/users', 400],
    ['/v1;x/admin/users', 400],
    ['/v1\\admin\\users', 400],
    ['http://gate.example/v1/admin/users', 400],
    ['/v1/api/v1/admin/users', 404],
    ['/api/v1/v1/admin/users', 404],
    ['/api/v1/api/v1/admin/users', 404],
    ['/v1/v1/admin/users', 404],
    ['/V1/admin/users', 404],
    ['/v1/V1/admin/users', 404],
    ['/API/v1/admin/users', 404],
    ['/v1/ADMIN/users', 404],
    ['/v1admin/users', 404],
    ['/v10/admin/users', 404],
    ['/v1', 404],
    ['/v1/', 404],
    ['/%76%31/admin/users', 401],
    ['/v1/%61dmin/users', 401],
  ] as const;

  it.each(spellings)('%s is never more than the canonical one: %s, on every host', async (target, status) => {
    for (const host of hosts) {
      const before = world.reached.length;
      expect({ host, status: (await raw(target, `Host: ${host}\r\n`)).status }).toEqual({ host, status });
      expect(world.reached.length).toBe(before);
    }
  });

  it('leads to what stands behind without the prefix, and with nothing else changed', async () => {
    const { key } = await makeKey(world.gatehouse.http, tenant.owner.token, ['databases:read']);
    const before = world.reached.length;
    const answer = await world.gatehouse.http.get('/v1/d%61tabases?page=%2Fv1&x=/v1/..', { key });
    expect(answer.status).toBe(200);
    expect((await world.gatehouse.http.get('/v1/databases', { key })).status).toBe(200);
    expect(world.reached.slice(before)).toEqual(['GET /databases?page=%2Fv1&x=/v1/..', 'GET /databases']);
  });
});

describe('the host', () => {
  const envelope = /"success":false/;
  const shape = async (headers: string) => {
    const { status, text } = await raw('/api/v1/auth/me', headers);
    return `${status} ${envelope.test(text) ? 'switchboard' : 'canonical'}`;
  };

  it.each([
    ['api.switchboard.dev', '401 switchboard'],
    ['API.Switchboard.DEV', '401 switchboard'],
    ['api.switchboard.dev:443', '401 switchboard'],
    ['api.switchboard.dev.', '401 switchboard'],
    ['api.switchboard.dev.:8080', '401 switchboard'],
    ['api.switchboard.dev..', '401 canonical'],
    ['xapi.switchboard.dev', '401 canonical'],
    ['api.switchboard.dev.evil.example', '401 canonical'],
    ['127.0.0.1', '401 canonical'],
    ['[::1]:80', '401 canonical'],
    ['', '401 canonical'],
    ['evil.example, api.switchboard.dev', '400 canonical'],
    ['evil@api.switchboard.dev', '400 canonical'],
    ['api.switchboard.dev/x', '400 canonical'],
    ['api.switchboard.dev:80:80', '400 canonical'],
    ['api%2eswitchboard.dev', '400 canonical'],
  ])('%p says no more than which dialect is spoken: %s', async (host, expected) => {
    expect(await shape(`Host: ${host}\r\n`)).toBe(expected);
  });

  it('comes once, and no other header is asked for it', async () => {
    expect(await shape('Host: gate.example\r\nHost: api.switchboard.dev\r\n')).toBe('400 canonical');
    expect(await shape('')).toBe('400 canonical');
    expect(
      await shape(
        'Host: gate.example\r\nX-Forwarded-Host: api.switchboard.dev\r\nForwarded: host=api.switchboard.dev\r\n',
      ),
    ).toBe('401 canonical');
  });
});

describe('a refusal', () => {
  it.each(everywhere)('by way of %s says the same whatever was wrong with the key', async (_name, place) => {
    const { http } = world.gatehouse;
    const revoked = await makeKey(http, tenant.owner.token, ['scans.read']);
    await http.delete(`/auth/api-keys/${revoked.id}`, { token: tenant.owner.token });
    const expired = await makeKey(http, tenant.owner.token, ['scans.read']);
    await world.sql(
      `UPDATE gatehouse.api_keys SET created_at = now() - interval '2 days', expires_at = now() - interval '1 day' WHERE id = '${expired.id}'`,
    );
    const gone = await makePerson(http, tenant.owner.token);
    const { key: ownerless } = await makeKey(http, gone.token, ['scans.read']);
    ok(
      await http.patch(`/admin/users/${gone.id}`, {
        token: tenant.owner.token,
        body: { status: 'disabled' },
      }),
      200,
    );
    const keys = [revoked.key, expired.key, ownerless, 'cspm_nothing', `cspm_${'0'.repeat(33)}`, 'sk_live_x'];
    const said = new Set<string>();
    for (const [at, key] of keys.entries()) {
      const id = `refused-${nameOf(place).replaceAll(/[^a-z0-9]/g, '-')}-${at}`;
      const answer = await sendBy(world, place, 'GET', '/scans', {
        key,
        headers: { 'x-correlation-id': id },
      });
      said.add(`${answer.status} ${answer.text.replace(id, 'id')}`);
      const reason = await world.sql(
        `SELECT reason AS answer FROM gatehouse.audit_events WHERE kind = 'decision' AND correlation_id = '${id}'`,
      );
      expect(String(reason).length).toBeGreaterThan(5);
      expect(answer.text).not.toContain(reason);
    }
    expect(said.size).toBe(1);
    expect([...said][0]).toMatch(/^401 /);
  });

  it.each(everywhere)(
    'by way of %s tells no wrong password from an address that has no account',
    async (_name, place) => {
      const { email } = tenant.owner;
      const said = new Set<string>();
      for (const body of [
        { email, password: 'wrong' },
        { email: 'nobody@nowhere.example', password: 'wrong' },
      ]) {
        const { status, text } = await sendBy(world, place, 'POST', '/auth/login', { body });
        said.add(`${status} ${text.replace(/"correlation_id":"[^"]*"/, '')}`);
      }
      expect(said.size).toBe(1);
    },
  );

  it.each([
    ['no such path', 'GET', '/nothing', undefined, 404, 'NOT_FOUND'],
    ['no credential', 'GET', '/scans', undefined, 401, 'UNAUTHORIZED'],
    ['no JSON', 'POST', '/auth/login', undefined, 400, 'INVALID_REQUEST'],
    [
      'a body that is too large',
      'POST',
      '/auth/login',
      { email: 'x'.repeat(300_000) },
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    ['a wrong member', 'POST', '/auth/login', { isAdmin: true }, 400, 'INVALID_REQUEST'],
  ])('for %s has the shape of the surface', async (_what, method, path, body, status, code) => {
    const canonically = await sendBy(world, canonical, method, path, { body });
    expect(canonically).toMatchObject({ status, body: { code } });
    expect(canonically.headers['content-type']).toBe('application/problem+json');
    const heeded = await sendBy(world, cloudheed, method, path, { body });
    expect(heeded).toMatchObject({ status, body: { code, message_code: code.toLowerCase() } });
    const switched = await sendBy(world, switchboard, method, path, { body });
    expect(switched.body).toEqual({ success: false, error: { code, message: expect.any(String) } });
    expect(switched).toMatchObject({
      status,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    });
    expect(switched.headers['www-authenticate']).toBe(canonically.headers['www-authenticate']);
  });

  it('by Switchboard names what is wrong with a token only as far as the token says it itself', async () => {
    const claims = (exp: unknown) => Buffer.from(JSON.stringify({ exp })).toString('base64url');
    const code = async (token: string) =>
      (await sendBy(world, switchboard, 'GET', '/scans', { token })).body.error.code as string;
    expect(await code(`e30.${claims(1)}.x`)).toBe('TOKEN_EXPIRED');
    expect(await code(`e30.${claims(99_999_999_999)}.x`)).toBe('INVALID_TOKEN');
    expect(await code(`e30.${claims('1')}.x`)).toBe('INVALID_TOKEN');
    expect(await code('a.b.c')).toBe('INVALID_TOKEN');
    expect(await code('garbage')).toBe('INVALID_API_KEY');
    const refresh = { token: `e30.${claims(1)}.x`, body: { refreshToken: 'rt_nothing' } };
    expect((await sendBy(world, switchboard, 'POST', '/auth/refresh', refresh)).body.error.code).toBe(
      'INVALID_TOKEN',
    );
  });
});
