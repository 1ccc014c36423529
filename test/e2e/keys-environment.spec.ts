import { trustingYaml, startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { makeKey, makePerson, makeTenant, ok, type Person } from '../harness/people.js';
import { query } from '../harness/query.js';

/** The status page is a sandbox here: data marked as test. */
const yaml = trustingYaml.replace(
  'public: "status page"',
  'require: { permission: scans.read, environment: test }',
);
const scopes = ['scans.read'];

describe('a test key', () => {
  let gatehouse: TestGatehouse;
  let person: Person;
  const accepted = 'sk_live_,ch_live_,cs_live_';
  beforeAll(async () => {
    gatehouse = await startTestGatehouse({ yaml, env: { API_KEY_ACCEPTED_PREFIXES: accepted } });
    person = await makePerson(gatehouse.http, (await makeTenant(gatehouse)).owner.token);
  });
  afterAll(() => gatehouse.stop());

  it('reaches what is marked as test, and nothing else: no live route, none of our own API', async () => {
    const all = ['scans.read', 'scans.write', 'keys.own'];
    const { key } = await makeKey(gatehouse.http, person.token, all, { environment: 'test' });
    ok(await gatehouse.http.get('/status', { key }), 200);
    for (const [method, path] of [
      ['GET', '/scans/1'],
      ['POST', '/scans'],
      ['GET', '/auth/me'],
      ['GET', '/auth/api-keys'],
    ] as const) {
      expect(await gatehouse.http.send(method, path, { key })).toMatchObject({
        status: 403,
        body: { code: 'ENVIRONMENT_MISMATCH' },
      });
    }
    const body = { name: 'Live', scopes, environment: 'live' };
    expect(await gatehouse.http.post('/auth/api-keys', { key, body })).toMatchObject({
      status: 403,
      body: { code: 'ENVIRONMENT_MISMATCH' },
    });
  });

  it('is one by what is stored, whatever it looks like', async () => {
    const { id, key } = await makeKey(gatehouse.http, person.token, scopes);
    ok(await gatehouse.http.get('/scans/1', { key }), 200);
    await query(
      gatehouse.databaseUrl,
      `UPDATE gatehouse.api_keys SET environment = 'test' WHERE id = '${id}'`,
    );
    expect((await gatehouse.http.get('/scans/1', { key })).status).toBe(403);
    ok(await gatehouse.http.get('/status', { key }), 200);
  });

  it('begins like a live one where the prefix names no environment', async () => {
    const { key } = await makeKey(gatehouse.http, person.token, scopes, { environment: 'test' });
    expect(key).toMatch(/^cspm_/);
  });
});

describe('each documented prefix', () => {
  it.each([
    ['cspm_', 'cspm_', 'cspm_'],
    ['ch_live_', 'ch_live_', 'ch_test_'],
    ['sk_live_', 'sk_live_', 'sk_test_'],
    ['sk_test_', 'sk_live_', 'sk_test_'],
    ['cs_live_', 'cs_live_', 'cs_test_'],
  ])('%s makes %s for live and %s for test, and both work in both headers', async (prefix, live, test) => {
    const gatehouse = await startTestGatehouse({ yaml, env: { API_KEY_PREFIX: prefix } });
    try {
      const made = async (environment: string) =>
        (await makeKey(gatehouse.http, gatehouse.adminToken, scopes, { environment })).key;
      const [liveKey, testKey] = [await made('live'), await made('test')];
      expect([liveKey.startsWith(live), testKey.startsWith(test)]).toEqual([true, true]);
      for (const [key, path] of [
        [liveKey, '/scans/1'],
        [testKey, '/status'],
      ] as const) {
        ok(await gatehouse.http.get(path, { key }), 200);
        ok(await gatehouse.http.get(path, { token: key }), 200);
      }
      expect((await gatehouse.http.get('/scans/1', { key: testKey })).status).toBe(403);
    } finally {
      await gatehouse.stop();
    }
  });
});
