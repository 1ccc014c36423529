import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import type { Answer, Sent } from '../harness/http-client.js';
import {
  makeKey,
  makePerson,
  makeRole,
  makeTenant,
  ok,
  type Person,
  type Tenant,
} from '../harness/people.js';
import { query } from '../harness/query.js';

let gatehouse: TestGatehouse;
let tenant: Tenant;
let admin: Person;
let member: Person;

beforeAll(async () => {
  gatehouse = await startTestGatehouse();
  tenant = await makeTenant(gatehouse);
  admin = await makePerson(gatehouse.http, tenant.owner.token, { role: 'admin' });
  member = await makePerson(gatehouse.http, tenant.owner.token);
});
afterAll(() => gatehouse.stop());

const scopes = ['scans.read', 'deploy'];
const held = ['scans.read', 'keys.own'];
const hour = 3_600_000;
const rotate = (id: string, by: Sent = { token: member.token }) =>
  gatehouse.http.post(`/auth/api-keys/${id}/rotate`, by);
const shown = async (id: string) =>
  ok(await gatehouse.http.get(`/auth/api-keys/${id}`, { token: member.token }), 200).body;
const works = async (key: string) => (await gatehouse.http.get('/scans/1', { key })).status === 200;
const set = (id: string, change: string) =>
  query(gatehouse.databaseUrl, `UPDATE gatehouse.api_keys SET ${change} WHERE id = '${id}'`);
const conflict = (code: string) => ({ status: 409, body: { code } });

describe('rotating a key', () => {
  it('makes one that is the same in all but the secret; both work until the old one ends by itself', async () => {
    const more = { name: 'Nightly', expires_in: '90d', source_ranges: ['127.0.0.0/8'] };
    const old = await makeKey(gatehouse.http, member.token, held, more);
    const before = await shown(old.id);
    const answer = ok(await rotate(old.id, { token: member.token, body: { grace: '1h' } }), 201);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { api_key: key, ...made } = answer.body;
    const { name, scopes: kept, environment, source_ranges, expires_at } = before;
    expect(made).toMatchObject({
      name,
      scopes: kept,
      environment,
      source_ranges,
      expires_at,
      replaced_by: null,
    });
    expect(made.id).not.toBe(old.id);
    expect(key).not.toBe(old.key);
    expect([await works(old.key), await works(key)]).toEqual([true, true]);

    const ending = await shown(old.id);
    expect(ending).toMatchObject({ replaced_by: made.id, revoked_at: null });
    const left = Date.parse(ending.expires_at) - Date.parse(made.created_at);
    expect(left).toBe(hour);
    await set(old.id, `expires_at = now() - interval '1 ms'`);
    expect([await works(old.key), await works(key)]).toEqual([false, true]);
  });

  it('leaves a day unless it says otherwise, needs no body, and shows the secret nowhere else', async () => {
    const old = await makeKey(gatehouse.http, member.token, scopes);
    const { api_key: key, ...made } = ok(await rotate(old.id), 201).body;
    expect(made.expires_at).toBeNull();
    const ending = await shown(old.id);
    expect(Date.parse(ending.expires_at) - Date.parse(made.created_at)).toBe(24 * hour);
    for (const path of ['/auth/api-keys?limit=200', `/auth/api-keys/${made.id}`])
      expect((await gatehouse.http.get(path, { token: member.token })).text).not.toContain(key);
    const trail = ok(await gatehouse.http.get('/admin/audit?limit=200', { token: admin.token }), 200);
    expect(trail.text).not.toContain(key.slice(12));
    const events = (trail.body.data as { action: string; object: string | null }[])
      .filter(({ object }) => object === old.id || object === made.id)
      .map(({ action, object }) => [action, object]);
    expect(events).toEqual(
      expect.arrayContaining([
        ['api_key.rotated', old.id],
        ['api_key.created', made.id],
      ]),
    );
  });

  it('never makes anything last longer: neither the new key nor the old one', async () => {
    const old = await makeKey(gatehouse.http, member.token, scopes, { expires_in: '2h' });
    const { expires_at: end } = await shown(old.id);
    const made = ok(await rotate(old.id, { token: member.token, body: { grace: '30d' } }), 201).body;
    expect([made.expires_at, (await shown(old.id)).expires_at]).toEqual([end, end]);
  });

  it('is refused once the key has ended, or has a successor', async () => {
    const revoked = await makeKey(gatehouse.http, member.token, scopes);
    ok(await gatehouse.http.delete(`/auth/api-keys/${revoked.id}`, { token: member.token }), 204);
    expect(await rotate(revoked.id)).toMatchObject(conflict('KEY_ENDED'));
    const expired = await makeKey(gatehouse.http, member.token, scopes, { expires_in: '1h' });
    await set(expired.id, `expires_at = now() - interval '1 ms'`);
    expect(await rotate(expired.id)).toMatchObject(conflict('KEY_ENDED'));
    const rotated = await makeKey(gatehouse.http, member.token, scopes);
    const next = ok(await rotate(rotated.id), 201).body;
    expect(await rotate(rotated.id)).toMatchObject(conflict('KEY_ROTATED'));
    ok(await rotate(next.id), 201);
  });

  it('raced ten ways makes one successor', async () => {
    const { id } = await makeKey(gatehouse.http, member.token, scopes, { name: 'Raced' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => rotate(id)));
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    for (const answer of answers)
      if (answer !== made[0]) expect(answer).toMatchObject(conflict('KEY_ROTATED'));
    expect((await shown(id)).replaced_by).toBe(made[0]?.body.id);
    const count = await query(
      gatehouse.databaseUrl,
      `SELECT count(*)::int AS answer FROM gatehouse.api_keys WHERE name = 'Raced'`,
    );
    expect(count).toBe(2);
  });

  it.each([['31d'], ['0s'], ['-1h'], ['soon'], [3600]])('is refused with a grace of %s', async (grace) => {
    const { id } = await makeKey(gatehouse.http, member.token, scopes);
    expect(await rotate(id, { token: member.token, body: { grace } })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'grace' }] },
    });
    expect((await shown(id)).replaced_by).toBeNull();
  });

  it('takes nothing but the grace: no other scopes, no later end', async () => {
    const { id } = await makeKey(gatehouse.http, member.token, scopes);
    for (const [name, value] of Object.entries({
      scopes: ['keys.own'],
      expires_at: '2099-01-01T00:00:00Z',
      name: 'x',
    })) {
      expect(await rotate(id, { token: member.token, body: { [name]: value } })).toMatchObject({
        status: 400,
        body: { errors: [{ field: name }] },
      });
    }
  });

  it('is judged by what is held now, by the caller and by the owner', async () => {
    const roleId = await makeRole(gatehouse.http, tenant.owner.token, 'Changing', [...scopes, 'keys.own']);
    const person = await makePerson(gatehouse.http, tenant.owner.token, { role: 'Changing' });
    const { id } = await makeKey(gatehouse.http, person.token, scopes);
    const change = (permissions: string[]) =>
      gatehouse.http.patch(`/admin/roles/${roleId}`, { token: tenant.owner.token, body: { permissions } });
    ok(await change(['scans.read', 'keys.own']), 200);
    const byAdmin = () =>
      gatehouse.http.post(`/admin/users/${person.id}/api-keys/${id}/rotate`, { token: admin.token });
    const refused = { status: 403, body: { code: 'SCOPE_NOT_HELD' } };
    expect(await rotate(id, { token: person.token })).toMatchObject(refused);
    expect(await byAdmin()).toMatchObject(refused);
    ok(await change([...scopes, 'keys.own']), 200);
    ok(await byAdmin(), 201);
  });

  it('of a disabled user’s key is refused', async () => {
    const person = await makePerson(gatehouse.http, tenant.owner.token);
    const { id } = await makeKey(gatehouse.http, person.token, scopes);
    const status = { token: tenant.owner.token, body: { status: 'disabled' } };
    ok(await gatehouse.http.patch(`/admin/users/${person.id}`, status), 200);
    const answer = await gatehouse.http.post(`/admin/users/${person.id}/api-keys/${id}/rotate`, {
      token: admin.token,
    });
    expect(answer).toMatchObject(conflict('USER_DISABLED'));
  });
});

describe('somebody else’s key', () => {
  it('can’t be rotated: not a colleague’s, not a stranger’s, not by naming another user', async () => {
    const { id } = await makeKey(gatehouse.http, member.token, scopes);
    const colleague = await makePerson(gatehouse.http, tenant.owner.token);
    const stranger = await makeTenant(gatehouse);
    const attempts: Promise<Answer>[] = [
      rotate(id, { token: colleague.token }),
      rotate(id, { token: admin.token }),
      rotate(id, { token: stranger.owner.token }),
      gatehouse.http.post(`/admin/users/${member.id}/api-keys/${id}/rotate`, { token: stranger.owner.token }),
      gatehouse.http.post(`/admin/users/${colleague.id}/api-keys/${id}/rotate`, { token: admin.token }),
    ];
    for (const answer of await Promise.all(attempts)) expect(answer.status).toBe(404);
    const barred = await gatehouse.http.post(`/admin/users/${member.id}/api-keys/${id}/rotate`, {
      token: colleague.token,
    });
    expect(barred.status).toBe(403);
    expect((await shown(id)).replaced_by).toBeNull();
  });
});

describe('a key that rotates', () => {
  it('may rotate itself, and gains nothing by it', async () => {
    const { id, key } = await makeKey(gatehouse.http, member.token, held, { expires_in: '2h' });
    const end = (await shown(id)).expires_at;
    const made = ok(await rotate(id, { key }), 201).body;
    expect(made).toMatchObject({ scopes: [...held].sort(), expires_at: end });
  });

  it('can’t get hold of what outlives it, or holds more than it does', async () => {
    const { key } = await makeKey(gatehouse.http, member.token, held, { expires_in: '2h' });
    const lasting = await makeKey(gatehouse.http, member.token, ['scans.read']);
    const longer = await makeKey(gatehouse.http, member.token, ['scans.read'], { expires_in: '3h' });
    for (const { id } of [lasting, longer])
      expect(await rotate(id, { key })).toMatchObject({ status: 403, body: { code: 'EXPIRY_BEYOND_OWN' } });
    const stronger = await makeKey(gatehouse.http, member.token, ['deploy'], { expires_in: '1h' });
    expect(await rotate(stronger.id, { key })).toMatchObject({
      status: 403,
      body: { code: 'SCOPE_NOT_HELD' },
    });
  });
});

describe('a list of keys', () => {
  it('holds tombstones, and only those of one status when asked', async () => {
    const person = await makePerson(gatehouse.http, tenant.owner.token);
    const make = async () => (await makeKey(gatehouse.http, person.token, scopes, { expires_in: '1h' })).id;
    const [active, revoked, expired, both] = [await make(), await make(), await make(), await make()];
    for (const id of [revoked, both])
      ok(await gatehouse.http.delete(`/auth/api-keys/${id}`, { token: person.token }), 204);
    for (const id of [expired, both]) await set(id, `expires_at = now() - interval '1 ms'`);
    const ids = async (path: string, token: string) =>
      (ok(await gatehouse.http.get(path, { token }), 200).body.data as { id: string }[]).map(({ id }) => id);
    for (const [path, token] of [
      ['/auth/api-keys', person.token],
      [`/admin/users/${person.id}/api-keys`, admin.token],
    ] as const) {
      expect(await ids(path, token)).toEqual([active, revoked, expired, both]);
      expect(await ids(`${path}?status=active`, token)).toEqual([active]);
      expect(await ids(`${path}?status=revoked`, token)).toEqual([revoked, both]);
      expect(await ids(`${path}?status=expired`, token)).toEqual([expired]);
    }
    expect((await gatehouse.http.get('/auth/api-keys?status=gone', { token: person.token })).status).toBe(
      400,
    );
  });
});

describe('a scope', () => {
  it('stops at once when the role loses the permission, and comes back with it', async () => {
    const all = ['scans.read', 'keys.own'];
    const roleId = await makeRole(gatehouse.http, tenant.owner.token, 'Coming and going', all);
    const person = await makePerson(gatehouse.http, tenant.owner.token, { role: 'Coming and going' });
    const { key } = await makeKey(gatehouse.http, person.token, ['scans.read']);
    const change = async (permissions: string[]) => {
      const sent = { token: tenant.owner.token, body: { permissions } };
      ok(await gatehouse.http.patch(`/admin/roles/${roleId}`, sent), 200);
    };
    for (let times = 0; times < 3; times += 1) {
      ok(await gatehouse.http.get('/scans/1', { key }), 200);
      await change(['keys.own']);
      expect((await gatehouse.http.get('/scans/1', { key })).status).toBe(403);
      await change(all);
    }
  });
});
