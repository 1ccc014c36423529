import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import {
  makeKey,
  makePerson,
  makeRole,
  makeTenant,
  ok,
  type Person,
  type Tenant,
} from '../harness/people.js';

let gatehouse: TestGatehouse;
let tenant: Tenant;
let owner: Person;
/** Holds everything but `admin.tenants` and `admin.break_glass`. */
let admin: Person;

beforeAll(async () => {
  gatehouse = await startTestGatehouse();
  tenant = await makeTenant(gatehouse);
  owner = tenant.owner;
  admin = await makePerson(gatehouse.http, owner.token, { role: 'admin' });
});
afterAll(() => gatehouse.stop());

const as = (person: Person, body?: unknown) => ({ token: person.token, body });

describe('a role', () => {
  it('is made, shown, changed and deleted', async () => {
    const body = { name: 'Scan reader', permissions: ['scans.read', 'scans.read'] };
    const made = ok(await gatehouse.http.post('/admin/roles', as(owner, body)), 201).body;
    const { id, created_at: createdAt } = made;
    expect(made).toEqual({
      id,
      name: 'Scan reader',
      permissions: ['scans.read'],
      built_in: false,
      created_at: createdAt,
    });
    const path = `/admin/roles/${id}`;
    expect((await gatehouse.http.get(path, as(owner))).body).toEqual(made);

    const change = { name: 'Scanner', permissions: ['scans.write', 'scans.read'] };
    const changed = ok(await gatehouse.http.patch(path, as(owner, change)), 200).body;
    expect(changed).toEqual({ ...made, name: 'Scanner', permissions: ['scans.read', 'scans.write'] });

    ok(await gatehouse.http.delete(path, as(owner)), 204);
    expect((await gatehouse.http.get(path, as(owner))).status).toBe(404);
    expect((await gatehouse.http.delete(path, as(owner))).status).toBe(404);
  });

  it('takes effect on the next request of everybody who has it', async () => {
    const id = await makeRole(gatehouse.http, owner.token, 'Key maker', ['keys.own']);
    const person = await makePerson(gatehouse.http, owner.token, { role: 'Key maker' });
    const { key } = await makeKey(gatehouse.http, person.token, ['keys.own']);
    const statuses = async () => [
      (await gatehouse.http.get('/auth/api-keys', { token: person.token })).status,
      (await gatehouse.http.get('/auth/api-keys', { key })).status,
    ];
    expect(await statuses()).toEqual([200, 200]);
    ok(await gatehouse.http.patch(`/admin/roles/${id}`, as(owner, { permissions: [] })), 200);
    expect(await statuses()).toEqual([403, 403]);
  });

  it('may hold nothing at all, and then allows nothing', async () => {
    await makeRole(gatehouse.http, owner.token, 'Nobody', []);
    const person = await makePerson(gatehouse.http, owner.token, { role: 'Nobody' });
    const me = ok(await gatehouse.http.get('/auth/me', { token: person.token }), 200).body;
    expect(me.permissions).toEqual([]);
    expect((await gatehouse.http.get('/scans/1', { token: person.token })).status).toBe(403);
  });

  it('that somebody has is not deleted', async () => {
    const id = await makeRole(gatehouse.http, owner.token, 'In use', ['scans.read']);
    await makePerson(gatehouse.http, owner.token, { role: 'In use' });
    const answer = await gatehouse.http.delete(`/admin/roles/${id}`, as(owner));
    expect(answer).toMatchObject({ status: 409, body: { code: 'ROLE_IN_USE' } });
  });

  it.each([
    ['a permission that is not there', { name: 'x', permissions: ['scans.fly'] }, 'permissions.0'],
    ['a wildcard', { name: 'x', permissions: ['*'] }, 'permissions.0'],
    ['a bad name', { name: '-x', permissions: [] }, 'name'],
    ['no permissions', { name: 'x' }, 'permissions'],
    ['an unknown member', { name: 'x', permissions: [], built_in: true }, 'built_in'],
  ])('is refused with %s', async (_what, body, field) => {
    const answer = await gatehouse.http.post('/admin/roles', as(owner, body));
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST', errors: [{ field }] } });
  });

  it('has a name of its own, and none that looks like a built-in one', async () => {
    const id = await makeRole(gatehouse.http, owner.token, 'Mine', []);
    for (const name of ['Mine', 'owner', 'Owner', 'ADMIN']) {
      const answer = await gatehouse.http.post('/admin/roles', as(owner, { name, permissions: [] }));
      expect(answer).toMatchObject({ status: 409, body: { code: 'ROLE_NAME_TAKEN' } });
    }
    const renamed = await gatehouse.http.patch(`/admin/roles/${id}`, as(owner, { name: 'Viewer' }));
    expect(renamed).toMatchObject({ status: 409, body: { code: 'ROLE_NAME_TAKEN' } });
  });
});

describe('a built-in role', () => {
  it('stays as it is', async () => {
    const roles = ok(await gatehouse.http.get('/admin/roles', as(owner)), 200).body.data;
    const builtIn = roles.filter((role: { built_in: boolean }) => role.built_in);
    expect(builtIn).toHaveLength(5);
    for (const { id } of builtIn) {
      for (const answer of [
        await gatehouse.http.patch(`/admin/roles/${id}`, as(owner, { permissions: [] })),
        await gatehouse.http.delete(`/admin/roles/${id}`, as(owner)),
      ]) {
        expect(answer).toMatchObject({ status: 409, body: { code: 'ROLE_BUILT_IN' } });
      }
    }
  });
});

describe('nobody grants more than they hold, by way of roles', () => {
  const beyond = { status: 403, body: { code: 'BEYOND_OWN_PERMISSIONS' } };

  it('neither making one nor extending one', async () => {
    const body = { name: 'Ladder', permissions: ['admin.break_glass'] };
    expect(await gatehouse.http.post('/admin/roles', as(admin, body))).toMatchObject(beyond);
    const id = await makeRole(gatehouse.http, admin.token, 'Step', ['scans.read']);
    const change = { permissions: ['scans.read', 'admin.break_glass'] };
    const answer = await gatehouse.http.patch(`/admin/roles/${id}`, as(admin, change));
    expect(answer).toMatchObject(beyond);
    expect(answer.body.detail).toContain('admin.break_glass');
  });

  it('nor changing or deleting one that holds more', async () => {
    const id = await makeRole(gatehouse.http, owner.token, 'Above', ['admin.break_glass', 'scans.read']);
    const path = `/admin/roles/${id}`;
    expect(await gatehouse.http.patch(path, as(admin, { name: 'Below' }))).toMatchObject(beyond);
    expect(await gatehouse.http.patch(path, as(admin, { permissions: [] }))).toMatchObject(beyond);
    expect(await gatehouse.http.delete(path, as(admin))).toMatchObject(beyond);
    ok(await gatehouse.http.delete(path, as(owner)), 204);
  });

  it('nor with a key that has fewer scopes than its owner has permissions', async () => {
    const { key } = await makeKey(gatehouse.http, owner.token, ['admin.roles', 'scans.read']);
    const within = { name: 'Within', permissions: ['scans.read'] };
    ok(await gatehouse.http.post('/admin/roles', { key, body: within }), 201);
    const outside = { name: 'Outside', permissions: ['scans.write'] };
    expect(await gatehouse.http.post('/admin/roles', { key, body: outside })).toMatchObject(beyond);
  });
});

describe('the catalogue of permissions', () => {
  it('is there for whoever chooses among them, and for nobody else', async () => {
    const catalogue = ok(await gatehouse.http.get('/admin/permissions', as(admin)), 200).body;
    expect(catalogue.next_cursor).toBeNull();
    expect(catalogue.data).toContainEqual({ name: 'deploy', description: '', origin: 'installation' });
    expect(catalogue.data).toContainEqual({
      name: 'keys.own',
      description: expect.any(String),
      origin: 'gatehouse',
    });
    const member = await makePerson(gatehouse.http, owner.token, { role: 'member' });
    ok(await gatehouse.http.get('/admin/permissions', as(member)), 200);
    const viewer = await makePerson(gatehouse.http, owner.token, { role: 'viewer' });
    expect((await gatehouse.http.get('/admin/permissions', as(viewer))).status).toBe(403);
  });
});
