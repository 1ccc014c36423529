import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { makePerson, makeTenant, ok, personPassword, verifyAddress } from '../harness/people.js';

describe('an account in several tenants', () => {
  let gatehouse: TestGatehouse;
  beforeAll(async () => {
    gatehouse = await startTestGatehouse();
  });
  afterAll(() => gatehouse.stop());

  it('gets into another tenant than its home only once its address is verified, by whatever way', async () => {
    const { http } = gatehouse;
    const home = await makeTenant(gatehouse);
    const other = await makeTenant(gatehouse);
    const person = await makePerson(http, home.owner.token, { role: 'admin' });
    const { email, id } = person;
    const added = { email, name: 'The same person', role: 'admin', password: 'chosen by the other tenant' };
    expect(ok(await http.post('/admin/users', { token: other.owner.token, body: added }), 201).body.id).toBe(
      id,
    );
    const scopes = { name: 'k', scopes: ['scans.read'] };
    const made = await http.post(`/admin/users/${id}/api-keys`, { token: other.owner.token, body: scopes });
    const key = ok(made, 201).body.api_key as string;
    const logIn = (password: string) =>
      http.post('/auth/login', { body: { email, password, tenant_id: other.id } });
    const enter = () =>
      http.get('/admin/users', { token: person.token, headers: { 'x-tenant-id': other.id } });
    const useKey = () => http.get('/scans', { key });

    expect((await logIn(personPassword)).status).toBe(401);
    expect((await logIn(added.password)).status).toBe(401);
    expect((await enter()).body).toMatchObject({ status: 403, code: 'TENANT_FORBIDDEN' });
    expect((await useKey()).status).toBe(401);

    await verifyAddress(gatehouse, id);

    expect((await logIn(personPassword)).status).toBe(200);
    expect((await logIn(added.password)).status).toBe(401);
    expect((await enter()).status).toBe(200);
    expect((await useKey()).status).toBe(200);
  });
});
