import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { makeKey, makePerson, makeTenant, ok } from '../harness/people.js';

let gatehouse: TestGatehouse;
let operatorTenant: string;

beforeAll(async () => {
  gatehouse = await startTestGatehouse();
  operatorTenant = (await gatehouse.http.get('/auth/me', { token: gatehouse.adminToken })).body.tenant_id;
});
afterAll(() => gatehouse.stop());

const asAdmin = (body?: unknown) => ({ token: gatehouse.adminToken, body });

describe('a tenant', () => {
  it('is made with its built-in roles, and is shown as it was made', async () => {
    const body = { name: ' Acme ', slug: 'acme', features: ['sso', 'advanced-scans'] };
    const made = ok(await gatehouse.http.post('/admin/tenants', asAdmin(body)), 201).body;
    const { id, created_at: createdAt } = made;
    expect(made).toEqual({
      id,
      name: 'Acme',
      slug: 'acme',
      status: 'active',
      features: ['advanced-scans', 'sso'],
      created_at: createdAt,
    });
    expect(new Date(createdAt).toISOString()).toBe(createdAt);
    expect((await gatehouse.http.get(`/admin/tenants/${id}`, asAdmin())).body).toEqual(made);
    const headers = { 'x-tenant-id': id };
    const roles = ok(await gatehouse.http.get('/api/v1/admin/roles', { ...asAdmin(), headers }), 200).body
      .data;
    const names = roles.map((role: { name: string }) => role.name).sort();
    expect(names).toEqual(['admin', 'legacy-restricted', 'member', 'owner', 'viewer']);
  });

  it('has a slug of its own', async () => {
    ok(await gatehouse.http.post('/admin/tenants', asAdmin({ name: 'One', slug: 'taken' })), 201);
    const again = await gatehouse.http.post('/admin/tenants', asAdmin({ name: 'Two', slug: 'taken' }));
    expect(again).toMatchObject({ status: 409, body: { code: 'SLUG_TAKEN' } });
  });

  it.each([
    ['no name', { slug: 'x' }, 'name'],
    ['a bad slug', { name: 'x', slug: 'a--b' }, 'slug'],
    ['an unknown member', { name: 'x', slug: 'x', status: 'active' }, 'status'],
  ])('is refused with %s', async (_what, body, field) => {
    const answer = await gatehouse.http.post('/admin/tenants', asAdmin(body));
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST', errors: [{ field }] } });
  });

  it('is changed member by member', async () => {
    const { id } = await makeTenant(gatehouse);
    const path = `/admin/tenants/${id}`;
    expect((await gatehouse.http.patch(path, asAdmin({ name: 'Renamed' }))).body).toMatchObject({
      name: 'Renamed',
    });
    const licensed = await gatehouse.http.patch(path, asAdmin({ features: ['sso'] }));
    expect(licensed.body).toMatchObject({ name: 'Renamed', features: ['sso'], status: 'active' });
    expect((await gatehouse.http.patch(path, asAdmin({}))).status).toBe(400);
    const gone = await gatehouse.http.patch(
      '/admin/tenants/018f2b6e-5c3a-7d41-9e8b-0123456789ab',
      asAdmin({ name: 'x' }),
    );
    expect(gone.status).toBe(404);
  });

  it('that is suspended refuses the very next request of its users and keys, and lets them in again', async () => {
    const { id, owner } = await makeTenant(gatehouse);
    const { key } = await makeKey(gatehouse.http, owner.token, ['keys.own']);
    const statuses = async () => [
      (await gatehouse.http.get('/auth/me', { token: owner.token })).status,
      (await gatehouse.http.get('/auth/api-keys', { key })).status,
    ];
    expect(await statuses()).toEqual([200, 200]);
    ok(await gatehouse.http.patch(`/admin/tenants/${id}`, asAdmin({ status: 'suspended' })), 200);
    expect(await statuses()).toEqual([401, 401]);
    ok(await gatehouse.http.patch(`/admin/tenants/${id}`, asAdmin({ status: 'active' })), 200);
    expect(await statuses()).toEqual([200, 200]);
  });

  it('can not be suspended when it is the operator’s, which would lock everybody out', async () => {
    const answer = await gatehouse.http.patch(
      `/admin/tenants/${operatorTenant}`,
      asAdmin({ status: 'suspended' }),
    );
    expect(answer).toMatchObject({ status: 409, body: { code: 'OPERATOR_TENANT' } });
    ok(await gatehouse.http.patch(`/admin/tenants/${operatorTenant}`, asAdmin({ name: 'We' })), 200);
  });
});

describe('the list of tenants', () => {
  it('comes in pages that hold every tenant once', async () => {
    for (let made = 0; made < 3; made += 1) await makeTenant(gatehouse);
    const all = ok(await gatehouse.http.get('/admin/tenants?limit=200', asAdmin()), 200).body;
    expect(all.next_cursor).toBeNull();
    const paged = [];
    for (let cursor = ''; ;) {
      const page = ok(await gatehouse.http.get(`/admin/tenants?limit=2${cursor}`, asAdmin()), 200).body;
      paged.push(...page.data);
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(paged).toEqual(all.data);
  });

  it.each(['limit=0', 'limit=201', 'cursor=xyz', 'offset=3'])('is refused for ?%s', async (query) => {
    expect((await gatehouse.http.get(`/admin/tenants?${query}`, asAdmin())).status).toBe(400);
  });

  it('is the operator’s alone, whatever another tenant’s owner holds', async () => {
    const { id, owner } = await makeTenant(gatehouse);
    for (const path of ['/admin/tenants', `/admin/tenants/${id}`, `/admin/tenants/${operatorTenant}`]) {
      const answer = await gatehouse.http.get(path, { token: owner.token });
      expect(answer).toMatchObject({ status: 403, body: { code: 'OPERATOR_ONLY' } });
    }
    const member = await makePerson(gatehouse.http, gatehouse.adminToken);
    expect((await gatehouse.http.get('/admin/tenants', { token: member.token })).body.code).toBe('FORBIDDEN');
  });
});
