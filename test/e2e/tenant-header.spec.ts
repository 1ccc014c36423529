import { randomUUID } from 'node:crypto';
import { questionBy } from '../harness/doors.js';
import {
  globalKey,
  masterKey,
  startTestGatehouse,
  trustingYaml,
  type TestGatehouse,
} from '../harness/gatehouse.js';
import { bearer } from '../harness/guests.js';
import {
  makeKey,
  makePerson,
  makeRole,
  makeTenant,
  ok,
  verifyAddress,
  type Person,
  type Tenant,
} from '../harness/people.js';
import { everyCredentialEnv } from '../harness/presented.js';

type Headers = Readonly<Record<string, string>>;

let gatehouse: TestGatehouse;
let operatorTenant: string;
let ours: Tenant;
let theirs: Tenant;

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ yaml: trustingYaml, env: everyCredentialEnv });
  operatorTenant = (await gatehouse.http.get('/auth/me', { token: gatehouse.adminToken })).body.tenant_id;
  ours = await makeTenant(gatehouse);
  theirs = await makeTenant(gatehouse);
});
afterAll(() => gatehouse.stop());

const forbidden = { status: 403, code: 'TENANT_FORBIDDEN' };
const both = ['admin.users', 'admin.settings'];
/** With them everybody here can be seen at every kind of door. */
const able = [...both, 'admin.audit', 'scans.read', 'keys.own'];

describe('X-Tenant-ID from somebody of an ordinary tenant', () => {
  it('is refused for every other tenant, whatever they hold in their own, and written down there', async () => {
    const { key } = await makeKey(gatehouse.http, ours.owner.token, able);
    for (const identity of [bearer(ours.owner.token), { 'x-api-key': key }]) {
      for (const named of [theirs.id, operatorTenant, randomUUID()]) {
        expect(await enters(identity, named)).toEqual(forbidden);
      }
    }
    const id = 'who-tried-to-enter';
    await gatehouse.http.get('/scans/1', {
      headers: { ...bearer(ours.owner.token), 'x-tenant-id': theirs.id, 'x-correlation-id': id },
    });
    expect(await trailOf(ours.owner.token, id)).toMatchObject([
      { decision: 'deny', ...forbidden, tenant_id: ours.id, user_id: ours.owner.id, object: '/scans/1' },
    ]);
    expect(await trailOf(theirs.owner.token, id)).toEqual([]);
  });

  it('is answered alike for a tenant that exists, one that does not, and one that is suspended', async () => {
    const suspended = await makeTenant(gatehouse);
    await setStatus(suspended.id, 'suspended');
    const texts = new Set<string>();
    for (const named of [theirs.id, operatorTenant, suspended.id, randomUUID()]) {
      const headers = {
        ...bearer(ours.owner.token),
        'x-tenant-id': named,
        'x-correlation-id': 'is-there-one',
      };
      const { status, text, headers: answered } = await gatehouse.http.get('/admin/users', { headers });
      texts.add(JSON.stringify({ status, text, tenant: answered['x-tenant-id'] }));
    }
    expect(texts.size).toBe(1);
  });

  it('is taken where it says what is so anyway, in any case', async () => {
    for (const named of [ours.id, ours.id.toUpperCase()]) {
      expect(await enters(bearer(ours.owner.token), named)).toEqual({ status: 200, tenant: ours.id });
    }
    expect(await enters(bearer(ours.owner.token), undefined)).toEqual({ status: 200, tenant: ours.id });
  });
});

describe('X-Tenant-ID that is no id', () => {
  const malformed = [
    '',
    'acme',
    '*',
    '%',
    'null',
    '0',
    '{id}',
    'urn:uuid:id',
    'id/',
    'id\u00a0',
    '00000000-0000-0000-0000-000000000000',
  ];
  it.each(malformed)('is refused with 400 from everybody: %j', async (text) => {
    const named = text.replace('id', theirs.id);
    for (const identity of [bearer(ours.owner.token), bearer(gatehouse.adminToken), master(), {}]) {
      expect(await enters(identity, named)).toEqual({ status: 400, code: 'INVALID_TENANT' });
    }
  });
});

describe('X-Tenant-ID from a member of several tenants', () => {
  it.each([
    ['with both permissions there', able, { status: 200 }],
    ['with all but admin.settings there', without('admin.settings'), forbidden],
    ['with all but admin.users there', without('admin.users'), forbidden],
    ['with nothing there', [], forbidden],
  ])('is taken only from a member %s', async (what, permissions, expected) => {
    const person = await makePerson(gatehouse.http, ours.owner.token, { role: 'owner' });
    await join(person, theirs, `Joined ${what}`, permissions);
    expect(await enters(bearer(person.token), theirs.id)).toEqual(
      expected.status === 200 ? { status: 200, tenant: theirs.id } : expected,
    );
    // At home they are who they were.
    expect(await enters(bearer(person.token), undefined)).toEqual({ status: 200, tenant: ours.id });
  });

  it('brings what they hold there, not what they hold at home', async () => {
    const person = await makePerson(gatehouse.http, ours.owner.token, { role: 'viewer' });
    await join(person, theirs, 'Only that', both);
    const headers = { ...bearer(person.token), 'x-tenant-id': theirs.id };
    const { http } = gatehouse;
    expect((await http.get('/admin/users', { token: person.token })).status).toBe(403);
    ok(await http.get('/admin/users', { headers }), 200);
    // A viewer at home, who may not read scans there.
    ok(await http.get('/scans/1', { token: person.token }), 200);
    expect((await http.get('/scans/1', { headers })).body.code).toBe('FORBIDDEN');
  });

  it('is cut down to a key’s scopes, and refused where those don’t hold both', async () => {
    const person = await makePerson(gatehouse.http, ours.owner.token, { role: 'owner' });
    await join(person, theirs, 'By key', able);
    const wide = await makeKey(
      gatehouse.http,
      person.token,
      able.filter((scope) => scope !== 'keys.own'),
    );
    const narrow = await makeKey(gatehouse.http, person.token, without('admin.settings'));
    expect(await enters({ 'x-api-key': wide.key }, theirs.id)).toEqual({ status: 200, tenant: theirs.id });
    expect(await enters({ 'x-api-key': narrow.key }, theirs.id)).toEqual(forbidden);
    const seen = await gatehouse.http.get('/scans/1', {
      headers: { 'x-api-key': wide.key, 'x-tenant-id': theirs.id },
    });
    expect(seen.body.seen.permissions.split(' ')).toEqual([...both, 'admin.audit', 'scans.read'].sort());
  });

  it('is refused with the next request when they are disabled there, demoted there, or the tenant is suspended', async () => {
    const tenant = await makeTenant(gatehouse);
    const person = await makePerson(gatehouse.http, ours.owner.token, { role: 'owner' });
    await join(person, tenant, 'Watched', able);
    const path = `/admin/users/${person.id}`;
    const change = async (body: object) =>
      ok(await gatehouse.http.patch(path, { token: tenant.owner.token, body }), 200);
    const entered = { status: 200, tenant: tenant.id };
    for (const [taken, given] of [
      [{ status: 'disabled' }, { status: 'active' }],
      [{ role: 'viewer' }, { role: 'Watched' }],
    ] as const) {
      expect(await enters(bearer(person.token), tenant.id)).toEqual(entered);
      await change(taken);
      expect(await enters(bearer(person.token), tenant.id)).toEqual(forbidden);
      await change(given);
    }
    await setStatus(tenant.id, 'suspended');
    expect(await enters(bearer(person.token), tenant.id)).toEqual(forbidden);
    await setStatus(tenant.id, 'active');
    expect(await enters(bearer(person.token), tenant.id)).toEqual(entered);
  });

  it('lets nobody out of a home that is suspended', async () => {
    const home = await makeTenant(gatehouse);
    await join(home.owner, theirs, 'Refugee', able);
    expect(await enters(bearer(home.owner.token), theirs.id)).toEqual({ status: 200, tenant: theirs.id });
    await setStatus(home.id, 'suspended');
    expect(await enters(bearer(home.owner.token), theirs.id)).toEqual({ status: 401, code: 'UNAUTHORIZED' });
  });
});

describe('X-Tenant-ID from the operator tenant', () => {
  it.each([
    ['an owner', 'owner', { status: 200 }],
    ['an admin', 'admin', { status: 200 }],
    ['a member', 'member', forbidden],
    ['somebody with all but admin.settings', without('admin.settings'), forbidden],
    ['somebody with all but admin.users', without('admin.users'), forbidden],
    ['somebody with both', able, { status: 200 }],
  ])('is judged by both permissions: %s', async (what, role, expected) => {
    const name = typeof role === 'string' ? role : what;
    if (typeof role !== 'string') await makeRole(gatehouse.http, gatehouse.adminToken, name, role);
    const person = await makePerson(gatehouse.http, gatehouse.adminToken, { role: name });
    const { key } = await makeKey(
      gatehouse.http,
      person.token,
      name === 'member' ? ['keys.own', 'scans.read'] : scopesOf(role),
    );
    for (const identity of [bearer(person.token), { 'x-api-key': key }]) {
      expect(await enters(identity, theirs.id)).toEqual(
        expected.status === 200 ? { status: 200, tenant: theirs.id } : expected,
      );
    }
  });

  it('is written down in the tenant that was entered', async () => {
    const id = 'operator-came-in';
    const headers = { ...bearer(gatehouse.adminToken), 'x-tenant-id': theirs.id, 'x-correlation-id': id };
    ok(await gatehouse.http.get('/admin/users', { headers }), 200);
    expect(await trailOf(theirs.owner.token, id)).toContainEqual(
      expect.objectContaining({
        kind: 'decision',
        decision: 'allow',
        tenant_id: theirs.id,
        object: '/admin/users',
      }),
    );
    expect(await trailOf(gatehouse.adminToken, id)).toEqual([]);
  });

  it('is refused for a tenant that is not there', async () => {
    expect(await enters(bearer(gatehouse.adminToken), randomUUID())).toEqual(forbidden);
  });

  it('leaves the account at home: nothing of one’s own is reached from elsewhere', async () => {
    const headers = { ...bearer(gatehouse.adminToken), 'x-tenant-id': theirs.id };
    const own = gatehouse.routes.filter(
      ({ demand }) => demand.kind === 'protected' && demand.ownAccount === true,
    );
    expect(own.length).toBeGreaterThan(5);
    for (const { method, path } of own) {
      const answer = await gatehouse.http.send(method, path.replace(/:\w+/g, randomUUID()), { headers });
      expect({ method, path, status: answer.status, code: answer.body.code }).toEqual({
        method,
        path,
        status: 403,
        code: 'HOME_TENANT_ONLY',
      });
    }
    ok(await gatehouse.http.get('/auth/me', { token: gatehouse.adminToken }), 200);
  });
});

describe('X-Tenant-ID with break-glass', () => {
  it('names the one tenant of the request, the operator’s by default; it is echoed and written down there', async () => {
    expect(await enters(master(), undefined)).toEqual({ status: 200, tenant: operatorTenant });
    expect(await enters(master(), operatorTenant)).toEqual({ status: 200, tenant: operatorTenant });
    expect(await enters(master(), theirs.id)).toEqual({ status: 200, tenant: theirs.id });
    expect(await enters(master(), randomUUID())).toEqual(forbidden);
    const id = 'through-the-glass';
    const headers = { ...master(), 'x-tenant-id': theirs.id, 'x-correlation-id': id };
    ok(await gatehouse.http.get('/scans/1', { headers }), 200);
    expect(await trailOf(theirs.owner.token, id)).toContainEqual(
      expect.objectContaining({
        principal: 'break-glass',
        tenant_id: theirs.id,
        reason: 'the night of the outage',
      }),
    );
  });
});

describe('X-Tenant-ID with the global key', () => {
  it('is refused unless it names the key’s own tenant', async () => {
    const { http } = gatehouse;
    const proxied = async (named: string) =>
      http.get('/scans/1', { headers: { 'x-api-key': globalKey, 'x-tenant-id': named } });
    expect((await proxied(operatorTenant)).body.seen).toMatchObject({
      tenant: operatorTenant,
      scheme: 'global-key',
    });
    for (const named of [theirs.id, randomUUID()]) {
      expect(await proxied(named)).toMatchObject({ status: 403, body: { code: 'TENANT_FORBIDDEN' } });
    }
  });
});

/** Whether an identity gets in with a tenant named, and where it is then: the same at every kind of door, and echoed. */
async function enters(identity: Headers, named: string | undefined) {
  const { http } = gatehouse;
  const headers = { ...identity, ...(named === undefined ? {} : { 'x-tenant-id': named }) };
  const own = await http.get('/admin/audit?limit=1', { headers });
  const proxied = await http.get('/scans/1', { headers });
  const question = questionBy('traefik', 'GET', '/scans/1');
  const asked = await http.get(question.path, { headers: { ...headers, ...question.headers } });
  const each = [own, proxied, asked].map((answer) =>
    answer.status === 200
      ? { status: answer.status, tenant: answer.headers['x-tenant-id'] }
      : { status: answer.status, code: answer.body.code },
  );
  expect(each).toEqual([each[0], each[0], each[0]]);
  if (proxied.status === 200) {
    expect(proxied.body.seen.tenant).toBe(proxied.headers['x-tenant-id']);
    expect(asked.headers['x-gatehouse-tenant']).toBe(asked.headers['x-tenant-id']);
  }
  return each[0];
}

/** Makes somebody a member of another tenant as well, with a role of its own. */
async function join(person: Person, tenant: Tenant, role: string, permissions: string[]): Promise<void> {
  await makeRole(gatehouse.http, tenant.owner.token, role, permissions);
  const body = { email: person.email, name: 'Guest', role };
  ok(await gatehouse.http.post('/admin/users', { token: tenant.owner.token, body }), 201);
  await verifyAddress(gatehouse, person.id);
}

async function trailOf(token: string, correlationId: string): Promise<unknown[]> {
  const path = `/admin/audit?correlation_id=${correlationId}`;
  return ok(await gatehouse.http.get(path, { token }), 200).body.data;
}

async function setStatus(tenantId: string, status: string): Promise<void> {
  ok(
    await gatehouse.http.patch(`/admin/tenants/${tenantId}`, {
      token: gatehouse.adminToken,
      body: { status },
    }),
    200,
  );
}

function master(): Headers {
  return { 'x-master-key': masterKey, 'x-break-glass-reason': 'the night of the outage' };
}

function without(permission: string): string[] {
  return able.filter((name) => name !== permission);
}

function scopesOf(role: string | string[]): string[] {
  return typeof role === 'string' ? able : role;
}
