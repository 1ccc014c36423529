import { makeObjects, ownDoors } from '../harness/doors.js';
import { globalKey, startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { makeRole, makeTenant, ok, type Tenant } from '../harness/people.js';

const env = {
  LEGACY_API_KEY: globalKey,
  LEGACY_API_KEY_TENANT: 'old-clients',
  LEGACY_API_KEY_ROLE: 'Old clients',
};
const key = { 'x-api-key': globalKey };
const all = ['scans.read', 'scans.write', 'deploy', 'databases:read', 'admin.audit', 'keys.own'];

let gatehouse: TestGatehouse;
let production: TestGatehouse;
let tenant: Tenant;
let roleId: string;

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ env });
  const { databaseUrl } = gatehouse;
  production = await startTestGatehouse({
    databaseUrl,
    env: { ...env, NODE_ENV: 'production', LEGACY_API_KEY_ROLE: 'owner' },
  });
});
afterAll(async () => {
  await production.stop();
  await gatehouse.stop();
});

describe('the global key', () => {
  it('is none while its tenant, or its role there, does not exist', async () => {
    expect((await gatehouse.http.get('/scans/1', { headers: key })).status).toBe(401);
    tenant = await makeTenant(gatehouse, 'old-clients');
    expect((await gatehouse.http.get('/scans/1', { headers: key })).status).toBe(401);
    roleId = await makeRole(gatehouse.http, tenant.owner.token, 'Old clients', all);
    expect((await gatehouse.http.get('/scans/1', { headers: key })).body.seen).toEqual({
      user: '',
      tenant: tenant.id,
      permissions: [...all].sort().join(' '),
      scheme: 'global-key',
    });
  });

  it('loses with the next request what its role loses, and everything with its tenant', async () => {
    const { http, adminToken } = gatehouse;
    const role = async (permissions: string[]) =>
      ok(
        await http.patch(`/admin/roles/${roleId}`, { token: tenant.owner.token, body: { permissions } }),
        200,
      );
    const status = async (text: string) =>
      ok(await http.patch(`/admin/tenants/${tenant.id}`, { token: adminToken, body: { status: text } }), 200);
    const scans = async () => (await http.get('/scans/1', { headers: key })).status;
    expect(await scans()).toBe(200);
    await role(['admin.audit']);
    expect(await scans()).toBe(403);
    await role(all);
    expect(await scans()).toBe(200);
    await status('suspended');
    expect(await scans()).toBe(401);
    await status('active');
    expect(await scans()).toBe(200);
  });

  it('in production may read and nothing more, whatever role was configured: of Gatehouse’s own routes, none', async () => {
    const { http } = production;
    const { seen } = ok(await http.get('/scans/1', { headers: key }), 200).body;
    expect(seen).toMatchObject({ tenant: tenant.id, permissions: 'databases:read scans.read' });
    expect((await http.post('/scans', { headers: key, body: {} })).body.code).toBe('FORBIDDEN');
    const objects = await makeObjects(gatehouse, tenant);
    for (const { method, path, body } of ownDoors(production, objects)) {
      const answer = await http.send(method, path, { headers: key, body });
      expect({ method, path, status: answer.status }).toEqual({ method, path, status: 403 });
    }
  });

  it('stands for nobody: it has no account, no keys and no session', async () => {
    for (const [method, path] of [
      ['GET', '/auth/me'],
      ['GET', '/auth/api-keys'],
      ['POST', '/auth/api-keys'],
    ] as const) {
      const body = method === 'POST' ? { name: 'x', scopes: ['scans.read'] } : undefined;
      const answer = await gatehouse.http.send(method, path, { headers: key, body });
      expect(answer).toMatchObject({ status: 403, body: { code: 'USER_REQUIRED' } });
    }
    expect((await gatehouse.http.post('/auth/logout', { headers: key })).body.code).toBe('SESSION_REQUIRED');
    const trail = ok(await gatehouse.http.get('/admin/audit?kind=decision&limit=1', { headers: key }), 200);
    expect(trail.body.data).toMatchObject([
      { principal: 'legacy-key', credential_id: 'global-key', user_id: null, tenant_id: tenant.id },
    ]);
    expect(trail.text).not.toContain(globalKey);
  });
});
