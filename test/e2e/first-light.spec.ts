import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { makeKey, makePerson, makeTenant } from '../harness/people.js';

describe('a fresh Gatehouse', () => {
  let gatehouse: TestGatehouse;
  beforeAll(async () => {
    gatehouse = await startTestGatehouse();
  });
  afterAll(() => gatehouse.stop());

  it('refuses without a credential, admits with a key, and writes both down', async () => {
    const { http, adminToken } = gatehouse;
    const tenant = await makeTenant(gatehouse);
    const member = await makePerson(http, tenant.owner.token, { role: 'member' });
    const { key } = await makeKey(http, member.token, ['scans.read']);
    const refused = await http.get('/scans');
    expect(refused.status).toBe(401);
    const admitted = await http.get('/scans', { key });
    expect(admitted.status).toBe(200);
    expect(admitted.body).toMatchObject({ seen: { user: member.id, tenant: tenant.id, scheme: 'api-key' } });
    const trail = await http.get('/admin/audit?limit=200', { token: tenant.owner.token });
    expect(trail.body.data).toContainEqual(
      expect.objectContaining({ object: '/scans', decision: 'allow', user_id: member.id }),
    );
    const operators = await http.get('/admin/audit?code=UNAUTHORIZED', { token: adminToken });
    expect(operators.body.data).toContainEqual(
      expect.objectContaining({ object: '/scans', decision: 'deny' }),
    );
  });
});
