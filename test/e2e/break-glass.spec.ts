import { PermissionCatalogue } from '../../src/access/permission-catalogue.js';
import { makeObjects, ownDoors } from '../harness/doors.js';
import { masterKey, startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import type { Objects } from '../harness/own-requests.js';
import { makeTenant, ok, type Tenant } from '../harness/people.js';
import { query } from '../harness/query.js';

const env = {
  BREAK_GLASS_ENABLED: 'true',
  MASTER_KEY: masterKey,
  BREAK_GLASS_PERMISSIONS: 'admin.audit,scans.read',
};

let gatehouse: TestGatehouse;
let production: TestGatehouse;
/** One whose emergency key holds every permission there is, which no configuration allows. */
let mighty: TestGatehouse;
let tenant: Tenant;
let objects: Objects;

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ env });
  const { databaseUrl } = gatehouse;
  production = await startTestGatehouse({ databaseUrl, env: { ...env, NODE_ENV: 'production' } });
  mighty = await startTestGatehouse({
    databaseUrl,
    env,
    alter: (config) => {
      const permissions = new PermissionCatalogue(config.file.permissions).all.names();
      return { ...config, breakGlass: { ...config.breakGlass, permissions } };
    },
  });
  tenant = await makeTenant(gatehouse);
  objects = await makeObjects(gatehouse, tenant);
});
afterAll(async () => {
  await mighty.stop();
  await production.stop();
  await gatehouse.stop();
});

const reason = 'the night of the outage';
const glass = { 'x-master-key': masterKey, 'x-break-glass-reason': reason };

describe('break-glass', () => {
  it('may do what it was given, and nothing else that Gatehouse offers', async () => {
    for (const place of places()) {
      const headers = { ...glass, ...place };
      const admitted: string[] = [];
      for (const door of ownDoors(gatehouse, objects)) {
        const { status } = await gatehouse.http.send(door.method, door.path, { headers, body: door.body });
        if (status !== 403) admitted.push(`${status} ${door.method} ${door.path}`);
      }
      // The figures of all tenants together are the operator tenant's alone.
      const given = 'x-tenant-id' in place ? ['/admin/audit'] : ['/admin/audit', '/metrics'];
      const twice = [...given, ...given.map((path) => `/api/v1${path}`)];
      expect(admitted).toEqual(twice.flatMap((path) => [`200 GET ${path}`, `200 HEAD ${path}`]));
      expect((await gatehouse.http.get('/scans/1', { headers })).body.seen).toMatchObject({
        scheme: 'master-key',
        user: '',
        permissions: 'admin.audit scans.read',
      });
      expect((await gatehouse.http.post('/scans', { headers, body: {} })).body.code).toBe('FORBIDDEN');
    }
  });

  it('leaves nothing behind, even if it held every permission there is', async () => {
    const before = await everyRow();
    const writing = ownDoors(mighty, objects).filter(({ method }) =>
      ['POST', 'PUT', 'PATCH'].includes(method),
    );
    expect(writing.length).toBeGreaterThan(15);
    for (const place of places()) {
      for (const { method, path, body } of writing) {
        const answer = await mighty.http.send(method, path, { headers: { ...glass, ...place }, body });
        expect({ method, path, status: answer.status }).toEqual({ method, path, status: 403 });
        expect(['BREAK_GLASS_FORBIDDEN', 'USER_REQUIRED', 'SESSION_REQUIRED']).toContain(answer.body.code);
      }
    }
    expect(await everyRow()).toEqual(before);
  });

  it('in production asks for a reason: of ten characters at least, five hundred at most, and not of blanks', async () => {
    const ask = (given: string | undefined, key = masterKey) =>
      production.http.get('/admin/audit?limit=1', {
        headers: { 'x-master-key': key, ...(given === undefined ? {} : { 'x-break-glass-reason': given }) },
      });
    for (const given of [
      undefined,
      '',
      'too short',
      ' '.repeat(20),
      `short${' '.repeat(20)}`,
      'x'.repeat(501),
    ]) {
      const answer = await ask(given);
      expect(answer).toMatchObject({ status: 400, body: { code: 'BREAK_GLASS_REASON_REQUIRED' } });
    }
    for (const given of ['long enough', 'x'.repeat(500), 'with, a comma']) ok(await ask(given), 200);
    // Whoever has a wrong key isn't told that a reason was missing: that would say nothing of the key.
    for (const given of [undefined, 'too short', reason]) {
      expect(await ask(given, `${masterKey}x`)).toMatchObject({
        status: 401,
        body: { code: 'UNAUTHORIZED' },
      });
    }
  });

  it('is written down with its reason at every use, and its key nowhere', async () => {
    const id = 'smashed-the-glass';
    const headers = { ...glass, 'x-correlation-id': id };
    ok(await gatehouse.http.get('/scans/1', { headers }), 200);
    await gatehouse.http.post('/scans', { headers, body: {} });
    await gatehouse.http.get('/scans/1', { headers: { ...headers, 'x-master-key': `${masterKey}x` } });
    const path = `/admin/audit?kind=decision&correlation_id=${id}`;
    const { data } = ok(await gatehouse.http.get(path, { token: gatehouse.adminToken }), 200).body;
    expect(data).toMatchObject([
      {
        scheme: 'master-key',
        decision: 'deny',
        principal: null,
        credential_id: null,
        reason: 'wrong master key',
      },
      {
        decision: 'deny',
        principal: 'break-glass',
        credential_id: expect.stringMatching(/^mk_[0-9a-f]{16}$/),
      },
      { decision: 'allow', principal: 'break-glass', user_id: null, reason },
    ]);
    const told = `SELECT count(*)::int AS answer FROM gatehouse.audit_events e WHERE e::text LIKE '%${masterKey.slice(5)}%'`;
    expect(await query(gatehouse.databaseUrl, told)).toBe(0);
  });
});

/** At home, and in a tenant that it names. */
function places(): Readonly<Record<string, string>>[] {
  return [{}, { 'x-tenant-id': tenant.id }];
}

/** Everything there is but the trail. */
async function everyRow(): Promise<unknown> {
  const tables = [
    'tenants',
    'users',
    'memberships',
    'roles',
    'role_permissions',
    'api_keys',
    'sessions',
    'refresh_tokens',
  ];
  const each = tables.map(
    (table) => `'${table}', (SELECT json_agg(t ORDER BY t::text) FROM gatehouse.${table} t)`,
  );
  return query(gatehouse.databaseUrl, `SELECT json_build_object(${each.join(', ')}) AS answer`);
}
