import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { makeKey, makePerson, makeTenant, ok, type Tenant } from '../harness/people.js';

let gatehouse: TestGatehouse;
let tenant: Tenant;

beforeAll(async () => {
  gatehouse = await startTestGatehouse();
  tenant = await makeTenant(gatehouse);
});
afterAll(() => gatehouse.stop());

const read = async () => ok(await gatehouse.http.get('/metrics', { token: gatehouse.adminToken }), 200).text;
const valueOf = (text: string, series: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length + 1) ?? 0,
  );

describe('the figures for Prometheus', () => {
  it('are for operators only: for nobody else, whatever they hold in their own tenant, and for no stranger', async () => {
    const { http } = gatehouse;
    const answer = await http.get('/metrics', { token: gatehouse.adminToken });
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect((await http.get('/metrics')).status).toBe(401);
    expect(await http.get('/metrics', { token: tenant.owner.token })).toMatchObject({
      status: 403,
      body: { code: 'OPERATOR_ONLY' },
    });
    const colleague = await makePerson(http, gatehouse.adminToken);
    expect((await http.get('/metrics', { token: colleague.token })).status).toBe(403);
  });

  it('can be read with a key that may do nothing else', async () => {
    const { key } = await makeKey(gatehouse.http, gatehouse.adminToken, ['admin.audit']);
    ok(await gatehouse.http.get('/metrics', { token: key }), 200);
  });

  it('count decisions by outcome and scheme', async () => {
    const { key } = await makeKey(gatehouse.http, tenant.owner.token, ['scans.read']);
    const series = [
      'gatehouse_decisions_total{outcome="admitted",scheme="api-key",status=""}',
      'gatehouse_decisions_total{outcome="denied",scheme="api-key",status="403"}',
      'gatehouse_decisions_total{outcome="denied",scheme="none",status="401"}',
    ];
    const before = await read();
    for (let times = 0; times < 3; times += 1) {
      ok(await gatehouse.http.get('/scans/1', { key }), 200);
      expect((await gatehouse.http.post('/scans', { key })).status).toBe(403);
      expect((await gatehouse.http.get('/scans/1')).status).toBe(401);
    }
    const after = await read();
    expect(series.map((name) => valueOf(after, name) - valueOf(before, name))).toEqual([3, 3, 3]);
  });

  it('count the keys of all tenants that end within a month, a week and a day', async () => {
    const within = [30, 7, 1].map((days) => `gatehouse_api_keys_expiring{within_days="${days}"}`);
    const counts = async () => {
      const text = await read();
      return within.map((name) => valueOf(text, name));
    };
    const [month = 0, week = 0, day = 0] = await counts();
    for (const expires_in of ['12h', '3d', '20d', '400d'])
      await makeKey(gatehouse.http, tenant.owner.token, ['scans.read'], { expires_in });
    expect(await counts()).toEqual([month + 3, week + 2, day + 1]);
  });

  it('name nobody: no tenant, user, key or path', async () => {
    const text = await read();
    for (const name of [tenant.id, tenant.slug, tenant.owner.id, tenant.owner.email, 'cspm_', '/scans'])
      expect(text).not.toContain(name);
  });
});
