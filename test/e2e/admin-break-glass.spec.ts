import { masterKey, startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { makeRole } from '../harness/people.js';

let gatehouse: TestGatehouse;
let me: { id: string; tenant_id: string };
let roleId: string;

beforeAll(async () => {
  const env = {
    BREAK_GLASS_ENABLED: 'true',
    MASTER_KEY: masterKey,
    BREAK_GLASS_PERMISSIONS: 'admin.audit,scans.read',
  };
  gatehouse = await startTestGatehouse({ env });
  me = (await gatehouse.http.get('/auth/me', { token: gatehouse.adminToken })).body;
  roleId = await makeRole(gatehouse.http, gatehouse.adminToken, 'There before', ['scans.read']);
});
afterAll(() => gatehouse.stop());

const headers = { 'x-master-key': masterKey, 'x-break-glass-reason': 'the night of the outage' };

describe('break-glass', () => {
  it('reads the trail, and finds itself in it with its reason', async () => {
    const answer = await gatehouse.http.get('/admin/audit?kind=decision&limit=1', { headers });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body.data).toMatchObject([
      { principal: 'break-glass', user_id: null, object: '/admin/audit', reason: 'the night of the outage' },
    ]);
  });

  it('makes nothing that would be there when the incident is over, by any way of writing', async () => {
    const writes = [
      ['POST', '/admin/tenants', { name: 'x', slug: 'glass' }],
      ['PATCH', `/admin/tenants/${me.tenant_id}`, { name: 'x' }],
      ['POST', '/admin/users', { email: 'glass@example.test', name: 'x', role: 'viewer' }],
      ['PATCH', `/admin/users/${me.id}`, { name: 'x' }],
      ['POST', `/admin/users/${me.id}/api-keys`, { name: 'x', scopes: ['scans.read'] }],
      ['POST', '/admin/roles', { name: 'x', permissions: ['scans.read'] }],
      ['PATCH', `/admin/roles/${roleId}`, { permissions: [] }],
    ] as const;
    for (const [method, path, body] of writes) {
      for (const prefix of ['', '/api/v1']) {
        const answer = await gatehouse.http.send(method, prefix + path, { headers, body });
        expect(answer).toMatchObject({ status: 403, body: { code: 'BREAK_GLASS_FORBIDDEN' } });
      }
    }
  });

  it('has no keys of its own, and takes none away that it was not given to', async () => {
    const post = await gatehouse.http.post('/auth/api-keys', {
      headers,
      body: { name: 'x', scopes: ['scans.read'] },
    });
    expect(post).toMatchObject({ status: 403, body: { code: 'USER_REQUIRED' } });
    const removed = await gatehouse.http.delete(`/admin/roles/${roleId}`, { headers });
    expect(removed).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });
});
