import { randomUUID } from 'node:crypto';
import { makeObjects } from '../harness/doors.js';
import { logIn, startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { everyScope } from '../harness/guests.js';
import type { Answer, Sent } from '../harness/http-client.js';
import { bodyFor, idsIn, isObjectRoute, pathTo, type Objects } from '../harness/own-requests.js';
import { makeKey, makePerson, makeTenant, ok, verifyAddress, type Tenant } from '../harness/people.js';
import { query } from '../harness/query.js';

let gatehouse: TestGatehouse;
let ours: Tenant;
let theirs: Tenant;
let ourObjects: Objects;
let theirObjects: Objects;
/** Those of our tenant who hold everything in it, by session and by key. */
let holders: Sent[];

beforeAll(async () => {
  gatehouse = await startTestGatehouse();
  ours = await makeTenant(gatehouse);
  theirs = await makeTenant(gatehouse);
  ourObjects = await makeObjects(gatehouse, ours);
  theirObjects = await makeObjects(gatehouse, theirs);
  const { key } = await makeKey(gatehouse.http, ours.owner.token, everyScope);
  holders = [{ token: ours.owner.token }, { key }];
});
afterAll(() => gatehouse.stop());

// First, because the paths that somebody asks for stand in their own trail.
describe('a collection', () => {
  it('holds nothing of another tenant, whichever of them is asked and by whichever of ours', async () => {
    const routes = gatehouse.routes.filter(
      (route) => route.method === 'GET' && !isObjectRoute(route) && route.demand.kind === 'protected',
    );
    expect(routes.length).toBeGreaterThan(5);
    const foreign = await idsOf(theirs.id);
    expect(foreign.length).toBeGreaterThan(10);
    for (const { path } of routes) {
      for (const holder of holders) expectNothingOf(foreign, await gatehouse.http.get(path, holder));
    }
    const searches = [
      `/admin/audit?user_id=${theirs.owner.id}`,
      `/admin/users?search=${encodeURIComponent(theirs.owner.email)}`,
    ];
    for (const path of searches) {
      expect((await gatehouse.http.get(path, { token: ours.owner.token })).body.data).toEqual([]);
      expect((await gatehouse.http.get(path, { token: theirs.owner.token })).body.data).not.toEqual([]);
    }
  });

  it('of the operator tenant holds nothing of what is inside the others', async () => {
    const inside = (await idsOf(theirs.id)).filter((id) => id !== theirs.id);
    for (const path of ['/admin/users', '/admin/roles', '/admin/audit', '/auth/api-keys']) {
      const page = ok(await gatehouse.http.get(`${path}?limit=200`, { token: gatehouse.adminToken }), 200);
      expectNothingOf(inside, page);
    }
  });
});

describe('an id of another tenant', () => {
  it('is answered to the byte like one that nobody has, by every route that takes an id', async () => {
    const routes = gatehouse.routes.filter(
      (route) => isObjectRoute(route) && route.demand.kind === 'protected',
    );
    expect(routes.length).toBeGreaterThan(10);
    const before = await rowsOf(theirs.id);
    for (const route of routes) {
      for (const holder of holders) {
        const ask = async (objects: Objects) => {
          const headers = { 'x-correlation-id': 'foreign-or-random' };
          const sent = { ...holder, headers, body: bodyFor(route) };
          return asSeen(await gatehouse.http.send(route.method, pathTo(route, objects), sent));
        };
        const random = await ask(nobodys());
        // Each combination of foreign, random and own ids in which the last one is not ours.
        for (const objects of mixtures(idsIn(route))) {
          expect({ ...route, ...(await ask(objects)) }).toEqual({ ...route, ...random });
        }
        const { operator, session } = route.demand.kind === 'protected' ? route.demand : {};
        const forPeople = session === true && holder.key !== undefined;
        const expected = operator ? 'OPERATOR_ONLY' : forPeople ? 'SESSION_REQUIRED' : 'NOT_FOUND';
        expect({ ...route, code: random.code }).toEqual({ ...route, code: expected });
      }
    }
    expect(await rowsOf(theirs.id)).toEqual(before);
  });

  it('is answered like no id at all to the operator too, who has not entered the tenant', async () => {
    for (const path of [`/admin/users/${theirObjects.user}`, `/admin/roles/${theirObjects.role}`]) {
      const answer = await gatehouse.http.get(path, { token: gatehouse.adminToken });
      expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    }
  });

  it('does nothing in a body either: roles are known by their name in one’s own tenant', async () => {
    const { http } = gatehouse;
    const token = ours.owner.token;
    ok(
      await http.post('/admin/roles', {
        token: theirs.owner.token,
        body: { name: 'Theirs', permissions: [] },
      }),
      201,
    );
    const person = { email: 'between@example.test', name: 'Between', role: 'Theirs' };
    for (const role of ['Theirs', theirObjects.role]) {
      const answer = await http.post('/admin/users', { token, body: { ...person, role } });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'role' }] } });
    }
  });

  it('as a place in a collection begins a page of one’s own things and no others', async () => {
    const cursor = Buffer.from(theirObjects.user).toString('base64url');
    for (const path of ['/admin/users', '/admin/roles', `/admin/users/${ourObjects.user}/api-keys`]) {
      const page = ok(await gatehouse.http.get(`${path}?cursor=${cursor}`, { token: ours.owner.token }), 200);
      expectNothingOf(await idsOf(theirs.id), page);
    }
  });
});

describe('a person in two tenants', () => {
  it('is in one of them at a time: what they hold in the other one counts for nothing', async () => {
    const { http } = gatehouse;
    const viewer = await makePerson(http, ours.owner.token, { role: 'viewer' });
    const member = { email: viewer.email, name: 'Here too', role: 'owner' };
    ok(await http.post('/admin/users', { token: theirs.owner.token, body: member }), 201);
    await verifyAddress(gatehouse, viewer.id);
    expect((await http.get('/admin/users', { token: viewer.token })).status).toBe(403);
    const token = await logIn(http, viewer.email, viewer.password, theirs.id);
    const there = ok(await http.get('/admin/users', { token }), 200);
    expectNothingOf(
      (await idsOf(ours.id)).filter((id) => id !== viewer.id),
      there,
    );
    // A key belongs to the tenant it was made in, and its list to that membership.
    const { id } = await makeKey(http, token, ['scans.read']);
    expect((await http.get(`/auth/api-keys/${id}`, { token })).status).toBe(200);
    await http.patch(`/admin/users/${viewer.id}`, { token: ours.owner.token, body: { role: 'member' } });
    expect((await http.get(`/auth/api-keys/${id}`, { token: viewer.token })).status).toBe(404);
  });
});

/** Everything of an answer but the moment it was given. */
function asSeen({ status, headers, text, body }: Answer) {
  return { status, text, headers: { ...headers, date: undefined }, code: body?.code };
}

function nobodys(): Objects {
  return {
    tenant: randomUUID(),
    user: randomUUID(),
    role: randomUUID(),
    userKey: randomUUID(),
    ownKey: randomUUID(),
    invitation: randomUUID(),
    ownSession: randomUUID(),
  };
}

/** Things of which the last that a route names is never ours. */
function mixtures(names: readonly (keyof Objects)[]): Objects[] {
  const last = names.at(-1);
  if (last === undefined) throw new Error('a route without ids');
  return [theirObjects, ourObjects, nobodys()].flatMap((first) =>
    [theirObjects, nobodys()].map((second) => ({ ...first, [last]: second[last] })),
  );
}

function expectNothingOf(ids: readonly string[], { text }: Answer): void {
  expect(ids.filter((id) => text.includes(id))).toEqual([]);
}

/** The id of everything there is in a tenant, and of what its trail holds. */
async function idsOf(tenantId: string): Promise<string[]> {
  const tables = ['roles', 'api_keys', 'sessions', 'refresh_tokens', 'invitations', 'audit_events'];
  const each = tables.map((table) => `SELECT id FROM gatehouse.${table} WHERE tenant_id = '${tenantId}'`);
  const users = `SELECT user_id FROM gatehouse.memberships WHERE tenant_id = '${tenantId}'`;
  const all = [...each, users, `SELECT '${tenantId}'::uuid`].join(' UNION ');
  return (await query(gatehouse.databaseUrl, `SELECT json_agg(id) AS answer FROM (${all}) ids`)) as string[];
}

/** A tenant's things as they are, without its trail. */
async function rowsOf(tenantId: string): Promise<unknown> {
  const tables = ['memberships', 'roles', 'role_permissions', 'api_keys', 'sessions', 'invitations'];
  const each = tables.map(
    (table) =>
      `'${table}', (SELECT json_agg(t ORDER BY t::text) FROM gatehouse.${table} t WHERE tenant_id = '${tenantId}')`,
  );
  return query(gatehouse.databaseUrl, `SELECT json_build_object(${each.join(', ')}) AS answer`);
}
