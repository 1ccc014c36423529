import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { gather } from '../harness/gather.js';
import type { Sent } from '../harness/http-client.js';
import { makeKey, makePerson, makeTenant, ok, type Tenant } from '../harness/people.js';
import { nameOf, places, sendBy, type Place } from './places.js';
import { upstreamAnswer, World } from './world.js';

const everywhere = places.map((place) => [nameOf(place), place] as const);
const elsewhere = everywhere.slice(1);
const [canonical, , cloudheed, cloudsync, switchboard] = places as [Place, Place, Place, Place, Place];

let world: World;
let tenant: Tenant;
/** Nobody, and some who may not do what they ask for. */
let guests: Sent[];

beforeAll(async () => {
  world = await World.start();
  tenant = await makeTenant(world.gatehouse);
  const { http } = world.gatehouse;
  const { key } = await makeKey(http, tenant.owner.token, ['deploy']);
  const { key: testKey } = await makeKey(http, tenant.owner.token, ['admin.users'], { environment: 'test' });
  guests = [{}, { key }, { key: testKey }, { token: 'x.y.z' }];
});
afterAll(() => world.stop());

describe('a decision', () => {
  it.each(elsewhere)(
    'is the same by way of %s, on every route of our own, for everybody',
    async (_name, place) => {
      const visits = world.gatehouse.routes.flatMap(({ method, path, demand }) => {
        if (demand.kind !== 'protected') return [];
        const asked = demand.permission === undefined ? guests.slice(0, 1) : guests;
        return asked.map((sent) => ({ method, path: path.replace(/:\w+/g, randomUUID()), sent }));
      });
      expect(visits.length).toBeGreaterThan(60);
      const statuses = await gather(visits, async ({ method, path, sent }) => {
        const at = await sendBy(world, canonical, method, path, { ...sent, body: {} });
        const here = await sendBy(world, place, method, path, { ...sent, body: {} });
        return { route: `${method} ${path}`, canonical: at.status, here: here.status };
      });
      for (const { route, canonical: wanted, here } of statuses) {
        expect({ route, status: here }).toEqual({ route, status: wanted });
        expect([401, 403]).toContain(wanted);
      }
    },
  );

  it.each(everywhere)('taken by way of %s is written down about the canonical path', async (_name, place) => {
    const id = `path-${nameOf(place).replaceAll(/[^a-z0-9]/g, '-')}`;
    await sendBy(world, place, 'GET', '/auth/me', { headers: { 'x-correlation-id': id } });
    const path = await world.sql(
      `SELECT concat_ws(' ', action, object) AS answer FROM gatehouse.audit_events WHERE kind = 'decision' AND correlation_id = '${id}'`,
    );
    expect(path).toBe('GET /auth/me');
  });
});

describe('a credential', () => {
  const prefixes = [
    [canonical, 'cspm_', 'cspm_'],
    [cloudheed, 'ch_live_', 'ch_test_'],
    [cloudsync, 'sk_live_', 'sk_test_'],
    [switchboard, 'cs_live_', 'cs_test_'],
  ] as const;

  it.each(prefixes.map(([place, live, test]) => [nameOf(place), live, place, test] as const))(
    'made by way of %s begins with %s, and is good on every surface, in both headers',
    async (_name, live, place, test) => {
      const key = await keyBy(place, 'live');
      const sandboxed = await keyBy(place, 'test');
      expect(key.startsWith(live)).toBe(true);
      expect(sandboxed.startsWith(test)).toBe(true);
      for (const there of places) {
        for (const sent of [{ key }, { token: key }]) {
          expect((await sendBy(world, there, 'GET', '/workspaces', sent)).text).toBe(upstreamAnswer);
        }
        for (const sent of [{ key: sandboxed }, { token: sandboxed }]) {
          expect((await sendBy(world, there, 'GET', '/workspaces', sent)).status).toBe(403);
          expect((await sendBy(world, there, 'GET', '/sandbox/1', sent)).status).toBe(200);
        }
      }
    },
  );

  it('is a token for as long as the document says', async () => {
    const { email, password } = await makePerson(world.gatehouse.http, tenant.owner.token);
    const lives = await gather([...places], async (place) => {
      const { body } = await sendBy(world, place, 'POST', '/auth/login', { body: { email, password } });
      const { exp = 0, iat = 0 } = decodeJwt(body.access_token ?? body.token ?? body.data.token);
      return `${place.dialect} ${exp - iat} ${body.expires_in ?? body.data?.expiresIn ?? ''}`;
    });
    expect(lives).toEqual([
      'redcloud 900 900',
      'redcloud 900 900',
      'cloudheed 3600 ',
      'cloudsync 3600 3600',
      'switchboard 3600 3600',
    ]);
  });

  it.each([
    [canonical, 400],
    [cloudheed, 201],
    [switchboard, 400],
  ])('may be a password of 8 characters only where a document says so', async (place, status) => {
    const body = { email: `eight-${status}@${place.dialect}.example`, password: 'vK8-q2Zw', name: 'Eight' };
    expect((await sendBy(world, place, 'POST', '/auth/register', { body })).status).toBe(status);
  });

  async function keyBy(place: Place, environment: string): Promise<string> {
    const scopes =
      place === switchboard ? { permissions: ['workspaces:read'] } : { scopes: ['workspaces:read'] };
    const body = { name: 'A key', environment, ...scopes };
    const sent = { token: tenant.owner.token, body };
    const answer = ok(await sendBy(world, place, 'POST', '/auth/api-keys', sent), 201).body;
    return answer.api_key ?? answer.data.key;
  }
});

describe('Switchboard’s admin', () => {
  const ask = (token: string, permissions: string[]) =>
    sendBy(world, switchboard, 'POST', '/api-keys', { token, body: { name: 'Everything', permissions } });

  it('is every permission of this moment, each by its name', async () => {
    const { body } = ok(await ask(tenant.owner.token, ['deploy', 'admin']), 201);
    const known = await world.gatehouse.http.get('/admin/permissions', { token: tenant.owner.token });
    const names = (known.body.data as { name: string }[]).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(20);
    expect([...body.data.permissions].sort()).toEqual(names.sort());
    const stored = await world.sql(
      `SELECT to_json(scopes) AS answer FROM gatehouse.api_keys WHERE id = '${body.data.id}'`,
    );
    expect([...(stored as string[])].sort()).toEqual(names.sort());
  });

  it('is nothing that one doesn’t hold oneself (G7)', async () => {
    const member = await makePerson(world.gatehouse.http, tenant.owner.token);
    expect(await ask(member.token, ['admin'])).toMatchObject({
      status: 403,
      body: { success: false, error: { code: 'SCOPE_NOT_HELD' } },
    });
  });

  it('is a name of Switchboard’s alone', async () => {
    const body = { name: 'Everything', scopes: ['admin'] };
    const answer = await sendBy(world, canonical, 'POST', '/auth/api-keys', {
      token: tenant.owner.token,
      body,
    });
    expect(answer.status).toBe(400);
  });
});

describe('a body in camel case', () => {
  const send = (body: unknown) =>
    sendBy(world, switchboard, 'POST', '/auth/api-keys', { token: tenant.owner.token, body });
  const key = { name: 'A key', permissions: ['deploy'] };

  it.each([
    ['a member that nobody reads', { ...key, isAdmin: true }, 'isAdmin: is not a member that is known here'],
    ['a tenant', { ...key, tenantId: 'x' }, 'tenantId: is not a member that is known here'],
    ['a name in snake case', { ...key, expires_in: '1d' }, 'expires_in is not a member that is known here'],
    ['the canonical name beside its own', { ...key, scopes: ['admin.users'] }, 'scopes is not a member'],
    ['an unknown permission', { ...key, permissions: ['x'] }, 'permissions.0: x is not a permission'],
    ['a wrong type', { ...key, permissions: 'admin' }, 'permissions: '],
    ['nothing that is asked for', { permissions: ['deploy'] }, 'name: is required'],
    ['a list in its place', [key], ''],
  ])('is refused with %s, in the client’s own words', async (_what, body, message) => {
    expect(await send(body)).toMatchObject({
      status: 400,
      body: { success: false, error: { code: 'INVALID_REQUEST', message: expect.stringContaining(message) } },
    });
  });

  it('is read like the canonical one', async () => {
    const body = { ...key, expiresIn: '1d', sourceRanges: ['192.0.2.0/24'] };
    const { id } = ok(await send(body), 201).body.data;
    const { body: made } = await world.gatehouse.http.get(`/auth/api-keys/${id}`, {
      token: tenant.owner.token,
    });
    expect(made).toMatchObject({ scopes: ['deploy'], source_ranges: ['192.0.2.0/24'] });
    expect(made.expires_at).not.toBeNull();
  });

  it('gives nobody a prototype', async () => {
    const text = '{"name":"x","permissions":["deploy"],"__proto__":{"isAdmin":true}}';
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${tenant.owner.token}` };
    const answer = await fetch(`${world.gatehouse.url}/v1/auth/api-keys`, {
      method: 'POST',
      headers,
      body: text,
    });
    expect(answer.status).toBe(400);
  });
});
