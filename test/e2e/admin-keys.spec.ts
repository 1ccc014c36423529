import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import {
  makeKey,
  makePerson,
  makeRole,
  makeTenant,
  ok,
  type Person,
  type Tenant,
  verifyAddress,
} from '../harness/people.js';

let gatehouse: TestGatehouse;
let tenant: Tenant;
let owner: Person;
let admin: Person;
let member: Person;

beforeAll(async () => {
  gatehouse = await startTestGatehouse();
  tenant = await makeTenant(gatehouse);
  owner = tenant.owner;
  admin = await makePerson(gatehouse.http, owner.token, { role: 'admin' });
  member = await makePerson(gatehouse.http, owner.token, { role: 'member' });
});
afterAll(() => gatehouse.stop());

const as = (person: Person, body?: unknown) => ({ token: person.token, body });
const keysOf = (person: Person) => `/admin/users/${person.id}/api-keys`;
const reading = { name: 'Reader', scopes: ['scans.read'] };
const notHeld = { status: 403, body: { code: 'SCOPE_NOT_HELD' } };

describe('an API key', () => {
  it('is shown once, and works', async () => {
    const answer = ok(
      await gatehouse.http.post('/auth/api-keys', as(member, { ...reading, expires_in: '365d' })),
      201,
    );
    expect(answer.headers['cache-control']).toBe('no-store');
    const { api_key: key, ...shown } = answer.body;
    expect(shown).toEqual({
      id: expect.any(String),
      name: 'Reader',
      prefix: key.slice(0, 11),
      scopes: ['scans.read'],
      environment: 'live',
      source_ranges: null,
      expires_at: expect.any(String),
      last_used_at: null,
      last_used_from: null,
      replaced_by: null,
      created_at: expect.any(String),
      revoked_at: null,
    });
    expect(Date.parse(shown.expires_at) - Date.parse(shown.created_at)).toBe(365 * 86_400_000);
    ok(await gatehouse.http.get('/scans/1', { key }), 200);

    for (const path of ['/auth/api-keys', `/auth/api-keys/${shown.id}`]) {
      const again = ok(await gatehouse.http.get(path, as(member)), 200);
      expect(again.text).toContain(shown.id);
      expect(again.text).not.toContain(key);
    }
    const trail = ok(await gatehouse.http.get('/admin/audit?limit=200', as(admin)), 200);
    expect(trail.text).toContain(shown.id);
    expect(trail.text).not.toContain(key.slice(11));
  });

  it('of a user is made, listed and revoked by an admin', async () => {
    const made = ok(await gatehouse.http.post(keysOf(member), as(admin, reading)), 201).body;
    const { api_key: key, ...shown } = made;
    const one = `${keysOf(member)}/${shown.id}`;
    expect((await gatehouse.http.get(one, as(admin))).body).toEqual(shown);
    expect((await gatehouse.http.get(`${keysOf(member)}?limit=200`, as(admin))).body.data).toContainEqual(
      shown,
    );
    ok(await gatehouse.http.get('/scans/1', { key }), 200);
    ok(await gatehouse.http.delete(one, as(admin)), 204);
    expect((await gatehouse.http.get('/scans/1', { key })).status).toBe(401);
    const tombstone = ok(await gatehouse.http.get(one, as(admin)), 200).body;
    expect(tombstone).toEqual({ ...shown, revoked_at: expect.any(String) });
    // Once more says the same, and changes nothing.
    ok(await gatehouse.http.delete(one, as(admin)), 204);
    expect((await gatehouse.http.get(one, as(admin))).body).toEqual(tombstone);
  });

  it('that has expired stops working', async () => {
    const body = { ...reading, expires_in: '1s' };
    const { api_key: key } = ok(await gatehouse.http.post('/auth/api-keys', as(member, body)), 201).body;
    let status = 200;
    for (const until = Date.now() + 5000; status === 200 && Date.now() < until;) {
      ({ status } = await gatehouse.http.get('/scans/1', { key }));
    }
    expect(status).toBe(401);
  });

  it.each([
    ['no scopes', { scopes: [] }, 'scopes'],
    ['a permission that is not there', { scopes: ['scans.fly'] }, 'scopes.0'],
    ['a wildcard', { scopes: ['*'] }, 'scopes.0'],
    ['a lifetime that is none', { expires_in: 'a year' }, 'expires_in'],
    ['an expiry in the past', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    ['two expiries', { expires_in: '1d', expires_at: '2099-01-01T00:00:00Z' }, 'expires_at'],
    ['an unknown environment', { environment: 'staging' }, 'environment'],
    ['an unknown member', { user_id: '018f2b6e-5c3a-7d41-9e8b-0123456789ab' }, 'user_id'],
  ])('is refused with %s', async (_what, more, field) => {
    const answer = await gatehouse.http.post('/auth/api-keys', as(member, { ...reading, ...more }));
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST', errors: [{ field }] } });
  });

  it('of the test environment reaches nothing that is live', async () => {
    const { key } = await makeKey(gatehouse.http, member.token, ['scans.read'], { environment: 'test' });
    const answer = await gatehouse.http.get('/scans/1', { key });
    expect(answer).toMatchObject({ status: 403, body: { code: 'ENVIRONMENT_MISMATCH' } });
  });

  it('is not made for somebody who is disabled, whose keys can still be seen and revoked', async () => {
    const person = await makePerson(gatehouse.http, owner.token);
    const { id } = await makeKey(gatehouse.http, person.token, ['scans.read']);
    ok(await gatehouse.http.patch(`/admin/users/${person.id}`, as(admin, { status: 'disabled' })), 200);
    const answer = await gatehouse.http.post(keysOf(person), as(admin, reading));
    expect(answer).toMatchObject({ status: 409, body: { code: 'USER_DISABLED' } });
    expect((await gatehouse.http.get(keysOf(person), as(admin))).body.data).toHaveLength(1);
    ok(await gatehouse.http.delete(`${keysOf(person)}/${id}`, as(admin)), 204);
  });
});

describe('nobody grants more than they hold, by way of keys', () => {
  it('neither a user to themselves', async () => {
    const answer = await gatehouse.http.post(
      '/auth/api-keys',
      as(member, { ...reading, scopes: ['scans.read', 'admin.users'] }),
    );
    expect(answer).toMatchObject(notHeld);
    expect(answer.body.detail).toContain('admin.users');
    expect(answer.body.detail).not.toContain('scans.read');
  });

  it('nor an admin to somebody whose role does not hold it', async () => {
    const answer = await gatehouse.http.post(
      keysOf(member),
      as(admin, { ...reading, scopes: ['admin.users'] }),
    );
    expect(answer).toMatchObject(notHeld);
  });

  it('nor an admin through somebody who holds more than they do', async () => {
    const body = { ...reading, scopes: ['admin.break_glass'] };
    expect(await gatehouse.http.post(keysOf(owner), as(admin, body))).toMatchObject(notHeld);
    ok(await gatehouse.http.post(keysOf(owner), as(owner, body)), 201);
  });

  it('nor a key that makes another', async () => {
    const { key } = await makeKey(gatehouse.http, owner.token, ['keys.own', 'admin.keys', 'scans.read']);
    const body = { ...reading, scopes: ['scans.write'] };
    expect(await gatehouse.http.post('/auth/api-keys', { key, body })).toMatchObject(notHeld);
    expect(await gatehouse.http.post(keysOf(owner), { key, body })).toMatchObject(notHeld);
    ok(await gatehouse.http.post('/auth/api-keys', { key, body: reading }), 201);
  });

  it('nor a key that makes one for its own user which outlives it', async () => {
    const scopes = ['keys.own', 'admin.keys'];
    const made = ok(
      await gatehouse.http.post('/auth/api-keys', as(admin, { name: 'Short', scopes, expires_in: '1h' })),
      201,
    ).body;
    const key = made.api_key;
    for (const path of ['/auth/api-keys', keysOf(admin)]) {
      const longer = { name: 'Longer', scopes: ['keys.own'], expires_in: '2h' };
      const answer = await gatehouse.http.post(path, { key, body: longer });
      expect(answer).toMatchObject({ status: 403, body: { code: 'EXPIRY_BEYOND_OWN' } });
      const unsaid = ok(
        await gatehouse.http.post(path, { key, body: { name: 'Same', scopes: ['keys.own'] } }),
        201,
      );
      expect(unsaid.body.expires_at).toBe(made.expires_at);
    }
    const others = { name: 'Others', scopes: ['keys.own'] };
    expect(
      ok(await gatehouse.http.post(keysOf(member), { key, body: others }), 201).body.expires_at,
    ).toBeNull();
  });

  it('nor a key of another tenant, of which nobody here can tell until when it is good', async () => {
    const { id, owner: host } = await makeTenant(gatehouse);
    const guest = { email: owner.email, name: 'Guest', role: 'owner' };
    ok(await gatehouse.http.post('/admin/users', as(host, guest)), 201);
    const scopes = ['admin.users', 'admin.settings', 'admin.keys', 'scans.read'];
    const { key } = await makeKey(gatehouse.http, owner.token, scopes, { expires_in: '1h' });
    await verifyAddress(gatehouse, owner.id);
    const entering = { key, headers: { 'x-tenant-id': id } };
    const answer = await gatehouse.http.post(keysOf(owner), { ...entering, body: reading });
    expect(answer).toMatchObject({ status: 403, body: { code: 'KEY_FROM_ELSEWHERE' } });
    ok(await gatehouse.http.post(keysOf(host), { ...entering, body: reading }), 201);
  });

  it('and a key loses with its owner’s role what it had', async () => {
    const roleId = await makeRole(gatehouse.http, owner.token, 'Shrinking', ['scans.read', 'keys.own']);
    const person = await makePerson(gatehouse.http, owner.token, { role: 'Shrinking' });
    const { key } = await makeKey(gatehouse.http, person.token, ['scans.read']);
    ok(await gatehouse.http.get('/scans/1', { key }), 200);
    ok(await gatehouse.http.patch(`/admin/roles/${roleId}`, as(owner, { permissions: ['keys.own'] })), 200);
    expect((await gatehouse.http.get('/scans/1', { key })).status).toBe(403);
  });
});

describe('other people’s keys', () => {
  it('are answered like keys that are not there', async () => {
    const foreign = await makeTenant(gatehouse);
    const { id: foreignKey } = await makeKey(gatehouse.http, foreign.owner.token, ['scans.read']);
    const { id: ownersKey } = await makeKey(gatehouse.http, owner.token, ['scans.read']);
    const random = '018f2b6e-5c3a-7d41-9e8b-0123456789ab';
    const paths = [
      ...[foreignKey, ownersKey, random, 'x'].map((id) => `/auth/api-keys/${id}`),
      ...[foreignKey, ownersKey, random, 'x'].map((id) => `${keysOf(member)}/${id}`),
      `${keysOf(foreign.owner)}/${foreignKey}`,
    ];
    const details = new Set<string>();
    for (const path of paths) {
      for (const method of ['GET', 'DELETE']) {
        const answer = await gatehouse.http.send(method, path, as(admin));
        expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
        details.add(answer.body.detail);
      }
    }
    expect([...details]).toEqual(['There is no such API key.']);
    expect((await gatehouse.http.get(keysOf(foreign.owner), as(admin))).status).toBe(404);
    expect((await gatehouse.http.post(keysOf(foreign.owner), as(admin, reading))).status).toBe(404);
    const untouched = await gatehouse.http.get(`/auth/api-keys/${foreignKey}`, as(foreign.owner));
    expect(untouched.body.revoked_at).toBeNull();
  });

  it('can be managed by an operator who enters the tenant, who has none of their own there', async () => {
    const headers = { 'x-tenant-id': tenant.id };
    const operator = { token: gatehouse.adminToken, headers };
    const made = ok(await gatehouse.http.post(keysOf(member), { ...operator, body: reading }), 201);
    ok(await gatehouse.http.get('/scans/1', { key: made.body.api_key }), 200);
    for (const answer of [
      await gatehouse.http.get('/auth/api-keys', operator),
      await gatehouse.http.post('/auth/api-keys', { ...operator, body: reading }),
    ]) {
      expect(answer).toMatchObject({ status: 403, body: { code: 'HOME_TENANT_ONLY' } });
    }
  });
});
