import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { makePerson, makeRole, makeTenant, ok, type Tenant } from '../harness/people.js';

let gatehouse: TestGatehouse;
let tenant: Tenant;

beforeAll(async () => {
  gatehouse = await startTestGatehouse();
  tenant = await makeTenant(gatehouse);
});
afterAll(() => gatehouse.stop());

interface Event {
  readonly [member: string]: unknown;
}

const read = async (query: string, token = tenant.owner.token) =>
  ok(await gatehouse.http.get(`/admin/audit?${query}`, { token }), 200).body as {
    data: Event[];
    next_cursor: string | null;
  };

describe('the trail', () => {
  it('tells a change from the decision to the outcome, under one request and one correlation id', async () => {
    const headers = { 'x-correlation-id': 'told-in-full-1' };
    const body = { name: 'Told', permissions: ['scans.read'] };
    const made = ok(
      await gatehouse.http.post('/admin/roles', { token: tenant.owner.token, headers, body }),
      201,
    ).body;
    let events: Event[] = [];
    // The outcome is written when the answer has gone out.
    for (const until = Date.now() + 5000; events.length < 3 && Date.now() < until;) {
      events = (await read('correlation_id=told-in-full-1')).data;
    }
    const told = events.map(({ kind, action, object, status, details }) => ({
      kind,
      action,
      object,
      status,
      details,
    }));
    expect(told.sort((a, b) => String(a.kind).localeCompare(String(b.kind)))).toEqual([
      { kind: 'change', action: 'role.created', object: made.id, status: null, details: body },
      { kind: 'decision', action: 'POST', object: '/admin/roles', status: null, details: null },
      { kind: 'outcome', action: 'POST', object: '/admin/roles', status: 201, details: null },
    ]);
    expect(new Set(events.map((event) => event.request_id)).size).toBe(1);
    const who = { tenant_id: tenant.id, user_id: tenant.owner.id, scheme: 'session', principal: 'user' };
    for (const event of events) expect(event).toMatchObject(who);
    expect(Object.keys(events[0] ?? {})).toEqual([
      'id',
      'at',
      'kind',
      'request_id',
      'correlation_id',
      'tenant_id',
      'scheme',
      'principal',
      'user_id',
      'credential_id',
      'door',
      'action',
      'object',
      'decision',
      'status',
      'code',
      'reason',
      'source_address',
      'user_agent',
      'details',
    ]);
  });

  it('keeps what was before and what is after', async () => {
    const { http } = gatehouse;
    const token = tenant.owner.token;
    const id = await makeRole(http, token, 'Before', ['scans.read']);
    ok(await http.patch(`/admin/roles/${id}`, { token, body: { name: 'After' } }), 200);
    ok(await http.patch(`/admin/roles/${id}`, { token, body: { name: 'After' } }), 200);
    const { data } = await read('action=role.updated');
    expect(data.filter(({ object }) => object === id).map(({ details }) => details)).toEqual([
      { before: { name: 'Before' }, after: { name: 'After' } },
    ]);
  });

  it('holds no record of a change that was refused', async () => {
    const admin = await makePerson(gatehouse.http, tenant.owner.token, { role: 'admin' });
    const body = { status: 'disabled' };
    const refused = await gatehouse.http.patch(`/admin/users/${tenant.owner.id}`, {
      token: admin.token,
      body,
    });
    expect(refused.status).toBe(403);
    const { data } = await read(`kind=change&user_id=${admin.id}`);
    expect(data.filter(({ action }) => action === 'user.updated')).toEqual([]);
  });

  it('is read newest first, in pages that hold every record once', async () => {
    const to = new Date().toISOString();
    const all = await read(`limit=200&to=${to}`);
    expect(all.next_cursor).toBeNull();
    expect(all.data.length).toBeGreaterThan(7);
    const paged: Event[] = [];
    for (let cursor = ''; ;) {
      const page = await read(`limit=3&to=${to}${cursor}`);
      expect(page.data.length).toBeLessThanOrEqual(3);
      paged.push(...page.data);
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(paged).toEqual(all.data);
    const times = paged.map(({ at }) => String(at));
    expect(times).toEqual([...times].sort().reverse());
  });

  it('is searched by who, what, how it went and when', async () => {
    const member = await makePerson(gatehouse.http, tenant.owner.token);
    const denied = await gatehouse.http.get('/admin/users', { token: member.token });
    expect(denied.status).toBe(403);
    const query = `kind=decision&decision=deny&code=FORBIDDEN&action=GET&user_id=${member.id}`;
    const { data } = await read(query);
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ object: '/admin/users', reason: 'lacks admin.users', status: 403 });
    const credential = String(data[0]?.credential_id);
    expect((await read(`${query}&credential_id=${credential}`)).data).toEqual(data);
    expect((await read(`${query}&credential_id=another`)).data).toEqual([]);
    const at = String(data[0]?.at);
    expect((await read(`${query}&to=${at}`)).data).toEqual([]);
    expect((await read(`${query}&from=${at}`)).data).toEqual(data);
  });

  it.each([
    'kind=rumour',
    'user_id=me',
    'from=yesterday',
    'cursor=eyJ9',
    'limit=0',
    'action=%00',
    'who=me',
    'kind=change&kind=change',
  ])('is not read by ?%s', async (query) => {
    const answer = await gatehouse.http.get(`/admin/audit?${query}`, { token: tenant.owner.token });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  });

  it('is each tenant’s own; what happened before a tenant was known is the operator’s', async () => {
    await gatehouse.http.get('/admin/users', { headers: { 'x-correlation-id': 'who-was-that-1' } });
    expect((await read('correlation_id=who-was-that-1')).data).toEqual([]);
    const operators = await read('correlation_id=who-was-that-1', gatehouse.adminToken);
    expect(operators.data).toMatchObject([{ decision: 'deny', tenant_id: null, code: 'UNAUTHORIZED' }]);

    const other = await makeTenant(gatehouse);
    const { data } = await read('limit=200', other.owner.token);
    expect(new Set(data.map((event) => event.tenant_id))).toEqual(new Set([other.id]));
  });

  it('is for whoever holds admin.audit', async () => {
    const member = await makePerson(gatehouse.http, tenant.owner.token);
    expect((await gatehouse.http.get('/admin/audit', { token: member.token })).status).toBe(403);
  });
});
