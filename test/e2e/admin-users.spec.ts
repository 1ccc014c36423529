import { adminEmail, logIn, startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import {
  makeKey,
  makePerson,
  makeRole,
  makeTenant,
  ok,
  personPassword,
  type Person,
  type Tenant,
  verifyAddress,
} from '../harness/people.js';

let gatehouse: TestGatehouse;
let tenant: Tenant;
let owner: Person;
let admin: Person;

beforeAll(async () => {
  gatehouse = await startTestGatehouse();
  tenant = await makeTenant(gatehouse);
  owner = tenant.owner;
  admin = await makePerson(gatehouse.http, owner.token, { role: 'admin' });
});
afterAll(() => gatehouse.stop());

const as = (person: Person, body?: unknown) => ({ token: person.token, body });
const somebody = {
  email: 'Some.Body@Example.test',
  name: 'Some Body',
  role: 'viewer',
  password: personPassword,
};

/** Adds a user who never logs in. @returns their id */
async function addUser(maker: Person, more: { email: string; role?: string }): Promise<string> {
  const body = { ...somebody, password: undefined, ...more };
  return ok(await gatehouse.http.post('/admin/users', as(maker, body)), 201).body.id;
}

describe('a user', () => {
  it('is added, shown, found and can log in', async () => {
    const made = ok(await gatehouse.http.post('/admin/users', as(owner, somebody)), 201).body;
    const { id, created_at: createdAt } = made;
    expect(made).toEqual({
      id,
      email: 'Some.Body@Example.test',
      name: 'Some Body',
      tenant_id: tenant.id,
      role: 'viewer',
      status: 'active',
      two_factor_enabled: false,
      email_verified_at: null,
      created_at: createdAt,
    });
    expect((await gatehouse.http.get(`/admin/users/${id}`, as(owner))).body).toEqual(made);
    for (const search of ['some.body', 'SOME+BODY', 'ome']) {
      const found = ok(await gatehouse.http.get(`/admin/users?search=${search}`, as(owner)), 200).body;
      expect(found.data).toContainEqual(made);
    }
    expect((await gatehouse.http.get('/admin/users?search=%25', as(owner))).body.data).toEqual([]);
    expect((await gatehouse.http.get('/admin/users?search=%00', as(owner))).status).toBe(400);
    await logIn(gatehouse.http, 'some.body@example.TEST', personPassword);
  });

  it('has one account, however the address is spelt', async () => {
    const email = 'twice@example.test';
    ok(await gatehouse.http.post('/admin/users', as(owner, { ...somebody, email })), 201);
    const again = { ...somebody, email: 'TWICE@example.test' };
    const answer = await gatehouse.http.post('/admin/users', as(owner, again));
    expect(answer).toMatchObject({ status: 409, body: { code: 'EMAIL_TAKEN' } });
  });

  it('of another tenant becomes a member here without a word about it, and keeps their password', async () => {
    const other = await makeTenant(gatehouse);
    const body = {
      email: owner.email,
      name: 'Called so here',
      role: 'viewer',
      password: 'not the password they have',
    };
    const linked = ok(await gatehouse.http.post('/admin/users', as(other.owner, body)), 201).body;
    expect(linked).toMatchObject({
      id: owner.id,
      tenant_id: other.id,
      name: 'Called so here',
      role: 'viewer',
    });
    const wrong = await gatehouse.http.post('/auth/login', {
      body: { email: owner.email, password: body.password },
    });
    expect(wrong.status).toBe(401);
    await verifyAddress(gatehouse, owner.id);
    const token = await logIn(gatehouse.http, owner.email, owner.password, other.id);
    const me = ok(await gatehouse.http.get('/auth/me', { token }), 200).body;
    expect(me).toMatchObject({ tenant_id: other.id, role: 'viewer' });
    // And what happens to them there changes nothing here.
    ok(await gatehouse.http.patch(`/admin/users/${owner.id}`, as(other.owner, { status: 'disabled' })), 200);
    expect((await gatehouse.http.get('/auth/me', { token })).status).toBe(401);
    ok(await gatehouse.http.get('/auth/me', as(owner)), 200);
  });

  it('whose password is too short, or too long, is not added', async () => {
    for (const password of ['x'.repeat(11), 'é'.repeat(513)]) {
      const body = { ...somebody, email: 'weak@example.test', password };
      const answer = await gatehouse.http.post('/admin/users', as(owner, body));
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'password' }] } });
      expect(answer.text).not.toContain(password);
    }
  });

  it.each([
    ['a role that is not there', { role: 'emperor' }, 'role'],
    ['no address', { email: 'nobody' }, 'email'],
    ['control characters', { name: 'a\u0007b' }, 'name'],
    ['an unknown member', { tenant_id: '018f2b6e-5c3a-7d41-9e8b-0123456789ab' }, 'tenant_id'],
  ])('is refused with %s', async (_what, more, field) => {
    const body = { ...somebody, email: 'fresh@example.test', ...more };
    const answer = await gatehouse.http.post('/admin/users', as(owner, body));
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  it('is changed member by member, and by at least one', async () => {
    const person = await makePerson(gatehouse.http, owner.token);
    const path = `/admin/users/${person.id}`;
    expect((await gatehouse.http.patch(path, as(owner, { name: 'New' }))).body).toMatchObject({
      name: 'New',
      role: 'member',
    });
    expect((await gatehouse.http.patch(path, as(owner, { role: 'viewer' }))).body).toMatchObject({
      name: 'New',
      role: 'viewer',
    });
    expect((await gatehouse.http.patch(path, as(owner, {}))).status).toBe(400);
    expect((await gatehouse.http.patch(path, as(owner, { role: 'emperor' }))).status).toBe(400);
  });

  it('who is disabled loses sessions and keys with the next request, and gets the keys back, not the sessions', async () => {
    const person = await makePerson(gatehouse.http, owner.token);
    const { key } = await makeKey(gatehouse.http, person.token, ['keys.own']);
    const statuses = async () => [
      (await gatehouse.http.get('/auth/me', { token: person.token })).status,
      (await gatehouse.http.get('/auth/api-keys', { key })).status,
    ];
    expect(await statuses()).toEqual([200, 200]);
    ok(await gatehouse.http.patch(`/admin/users/${person.id}`, as(admin, { status: 'disabled' })), 200);
    expect(await statuses()).toEqual([401, 401]);
    ok(await gatehouse.http.patch(`/admin/users/${person.id}`, as(admin, { status: 'active' })), 200);
    expect(await statuses()).toEqual([401, 200]);
  });
});

describe('nobody grants more than they hold, by way of users', () => {
  const beyond = { status: 403, body: { code: 'BEYOND_OWN_PERMISSIONS' } };

  it('neither adding somebody with a higher role nor promoting anybody, oneself included', async () => {
    const body = { ...somebody, email: 'pawn@example.test', role: 'owner' };
    expect(await gatehouse.http.post('/admin/users', as(admin, body))).toMatchObject(beyond);
    const pawn = await makePerson(gatehouse.http, admin.token);
    for (const id of [pawn.id, admin.id]) {
      const answer = await gatehouse.http.patch(`/admin/users/${id}`, as(admin, { role: 'owner' }));
      expect(answer).toMatchObject(beyond);
    }
  });

  it('and nobody renames, demotes or disables somebody who holds more', async () => {
    for (const change of [{ name: 'x' }, { role: 'viewer' }, { status: 'disabled' }]) {
      expect(await gatehouse.http.patch(`/admin/users/${owner.id}`, as(admin, change))).toMatchObject(beyond);
    }
    ok(await gatehouse.http.get('/auth/me', as(owner)), 200);
  });

  it('nor with a key that has fewer scopes than its owner has permissions', async () => {
    const { key } = await makeKey(gatehouse.http, owner.token, [
      'admin.users',
      'scans.read',
      'databases:read',
    ]);
    const body = { ...somebody, email: 'by.key@example.test' };
    ok(await gatehouse.http.post('/admin/users', { key, body: { ...body, role: 'viewer' } }), 201);
    const higher = { ...body, email: 'by.key.too@example.test', role: 'member' };
    expect(await gatehouse.http.post('/admin/users', { key, body: higher })).toMatchObject(beyond);
  });

  it('also when the role grows in the very moment in which it is given', async () => {
    for (let round = 0; round < 10; round += 1) {
      const name = `Growing ${round}`;
      const roleId = await makeRole(gatehouse.http, owner.token, name, ['scans.read']);
      const pawn = await addUser(admin, { email: `pawn-${round}@example.test` });
      const grow = { permissions: ['scans.read', 'admin.break_glass'] };
      const [given] = await Promise.all([
        gatehouse.http.patch(`/admin/users/${pawn}`, as(admin, { role: name })),
        gatehouse.http.patch(`/admin/roles/${roleId}`, as(owner, grow)),
      ]);
      // Given before it grew, or refused after: never judged by the one and given as the other.
      const trail = await gatehouse.http.get('/admin/audit?kind=change&limit=2', as(owner));
      const order = trail.body.data.map((event: { action: string }) => event.action);
      if (given.status === 200) expect(order).toEqual(['role.updated', 'user.updated']);
      else expect(given).toMatchObject(beyond);
    }
  });
});

describe('the last active owner', () => {
  const lastOwner = { status: 409, body: { code: 'LAST_OWNER' } };

  it('can neither be demoted nor disabled', async () => {
    const { owner: only } = await makeTenant(gatehouse);
    const path = `/admin/users/${only.id}`;
    expect(await gatehouse.http.patch(path, as(only, { role: 'admin' }))).toMatchObject(lastOwner);
    expect(await gatehouse.http.patch(path, as(only, { status: 'disabled' }))).toMatchObject(lastOwner);
    ok(
      await gatehouse.http.patch(path, as(only, { name: 'Still here', role: 'owner', status: 'active' })),
      200,
    );
  });

  it('stays even when several owners go at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id: tenantId, owner: first } = await makeTenant(gatehouse);
      const names = [1, 2, 3].map((index) => `owner-${round}-${index}@example.test`);
      const others = await Promise.all(names.map((email) => addUser(first, { email, role: 'owner' })));
      const owners = [first.id, ...others];
      // The operator, who may and isn't one of them, sends them all away.
      const operator = { token: gatehouse.adminToken, headers: { 'x-tenant-id': tenantId } };
      const answers = await Promise.all(
        owners.map((id, index) => {
          const body = index % 2 === 0 ? { role: 'admin' } : { status: 'disabled' };
          return gatehouse.http.patch(`/admin/users/${id}`, { ...operator, body });
        }),
      );
      const refused = answers.filter(({ status }) => status !== 200);
      expect(refused).toEqual([expect.objectContaining({ status: 409 })]);
    }
  });
});

describe('another tenant’s users', () => {
  it('are answered like users that are not there', async () => {
    const operator = ok(await gatehouse.http.get('/auth/me', { token: gatehouse.adminToken }), 200).body;
    expect(operator.email).toBe(adminEmail);
    const ids = [operator.id, '018f2b6e-5c3a-7d41-9e8b-0123456789ab', 'not-an-id'];
    const details = new Set<string>();
    for (const id of ids) {
      for (const answer of [
        await gatehouse.http.get(`/admin/users/${id}`, as(owner)),
        await gatehouse.http.patch(`/admin/users/${id}`, as(owner, { status: 'disabled' })),
      ]) {
        expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
        details.add(answer.body.detail);
      }
    }
    expect(details.size).toBe(1);
  });

  it('are not in the list', async () => {
    const listed = ok(await gatehouse.http.get('/admin/users?limit=200', as(owner)), 200).body.data;
    expect(listed.length).toBeGreaterThan(1);
    expect(new Set(listed.map((user: { tenant_id: string }) => user.tenant_id))).toEqual(
      new Set([tenant.id]),
    );
  });
});
