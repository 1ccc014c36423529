import { namesIn } from '../../src/kernel/demand.js';
import { rawExchange } from '../harness/controller-app.js';
import { edgeDoors, makeObjects, ownDoors, type Door } from '../harness/doors.js';
import { gather } from '../harness/gather.js';
import { startTestGatehouse, trustingYaml, type TestGatehouse } from '../harness/gatehouse.js';
import { everyScope, impostors, outcasts, type Guest } from '../harness/guests.js';
import type { Answer } from '../harness/http-client.js';
import { withoutAlias } from '../harness/own-requests.js';
import { makeKey, makeTenant, type Tenant } from '../harness/people.js';
import { query } from '../harness/query.js';

/** What anybody may ask for, and all of it. A line is added here only by somebody who means to open a door to the world. */
const open = [
  'GET /.well-known/jwks.json',
  'GET /docs',
  'GET /docs/assets/:file',
  'GET /docs/errors',
  'GET /docs/errors/:code',
  'GET /health/live',
  'GET /health/ready',
  'GET /openapi.json',
  'POST /auth/email/resend',
  'POST /auth/email/verify',
  'POST /auth/invitations/accept',
  'POST /auth/login',
  'POST /auth/password/forgot',
  'POST /auth/password/reset',
  'POST /auth/refresh',
  'POST /auth/register',
  'POST /keys/leaked',
  'POST /keys/leaked/github',
];

/** What asks the gate itself: judged below by the routes it is asked about. */
const doors = ['ALL /forward-auth/caddy', 'ALL /forward-auth/nginx', 'ALL /forward-auth/traefik'];

/** Where every identity gets in, whatever it may do. */
const anyIdentity = ['/auth/me'];

const upgrade =
  'HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

let gatehouse: TestGatehouse;
let tenant: Tenant;
let everyDoor: Door[];

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ yaml: trustingYaml });
  tenant = await makeTenant(gatehouse);
  everyDoor = [...ownDoors(gatehouse, await makeObjects(gatehouse, tenant)), ...edgeDoors()];
});
afterAll(() => gatehouse.stop());

describe('the list of what is open', () => {
  it('holds every public route there is, and nothing else', () => {
    const found = gatehouse.routes.filter(({ demand }) => demand.kind !== 'protected');
    expect(found.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([...open, ...doors].sort());
  });

  it('is not passed by: the server answers nothing that is not in the inventory, but the proxy', () => {
    const known = new Set(gatehouse.routes.map(({ method, path }) => `${method} ${path}`));
    const isKnown = (served: string) => {
      const [method = '', path = ''] = served.split(' ');
      return known.has(served) || known.has(`ALL ${path}`) || (method === 'HEAD' && known.has(`GET ${path}`));
    };
    const strange = gatehouse.served.filter((served) => !isKnown(served));
    expect(new Set(strange.map((served) => served.split(' ')[1]))).toEqual(new Set(['*']));
    expect(known.size).toBeGreaterThan(50);
    // And what is in the inventory is really served: the list is of this program.
    for (const route of known) expect(gatehouse.served).toContain(route.replace('ALL ', 'GET '));
  });
});

describe('an uninvited guest', () => {
  it('who holds out nothing is asked for a credential, at every door', async () => {
    const expected = { status: 401, code: 'UNAUTHORIZED', challenge: 'Bearer realm="gatehouse"' };
    await everywhere([{ name: 'nobody', headers: {} }], () => expected);
  });

  it('who holds out what never was a credential, or no longer is one, is refused at every door', async () => {
    const guests = [...(await impostors(gatehouse)), ...(await outcasts(gatehouse, tenant))];
    const challenge = 'Bearer realm="gatehouse", error="invalid_token"';
    // HEAD goes where GET goes, as the other guests show.
    await everywhere(guests, ({ method }) =>
      method === 'HEAD' ? undefined : { status: 401, code: 'UNAUTHORIZED', challenge },
    );
  });

  it('whose key has no permission for it is told which it lacks, at every door that asks for one', async () => {
    const { key } = await makeKey(gatehouse.http, tenant.owner.token, ['deploy']);
    await everywhere([{ name: 'a key for something else', headers: { 'x-api-key': key } }], (door) => {
      const { permission, session } = door.demand;
      if (session === true) return { status: 403, code: 'SESSION_REQUIRED' };
      if (permission === undefined) {
        expect(anyIdentity).toContain(withoutAlias(door.path));
        return undefined;
      }
      const challenge = `Bearer realm="gatehouse", error="insufficient_scope", scope="${namesIn(permission).join(' ')}"`;
      return { status: 403, code: 'FORBIDDEN', challenge };
    });
  });

  it('with a key of the test environment finds nothing that is live', async () => {
    const { key } = await makeKey(gatehouse.http, tenant.owner.token, everyScope, { environment: 'test' });
    const expected = { status: 403, code: 'ENVIRONMENT_MISMATCH' };
    await everywhere([{ name: 'a test key', headers: { 'x-api-key': key } }], () => expected);
  });

  it('of another tenant finds nothing of this one, with every permission there is', async () => {
    const other = await makeTenant(gatehouse);
    const { key } = await makeKey(gatehouse.http, other.owner.token, everyScope);
    await everywhere([{ name: 'a key of another tenant', headers: { 'x-api-key': key } }], (door) => {
      if (door.demand.operator === true) return { status: 403, code: 'OPERATOR_ONLY' };
      if (door.ofTenant && door.demand.session === true) return { status: 403, code: 'SESSION_REQUIRED' };
      return door.ofTenant ? { status: 404, code: 'NOT_FOUND' } : undefined;
    });
    const headers = { 'x-api-key': key, 'x-tenant-id': tenant.id };
    await everywhere([{ name: 'the same, who names this tenant', headers }], () => ({
      status: 403,
      code: 'TENANT_FORBIDDEN',
    }));
  });

  it('finds nothing where there is nothing, whoever they are', async () => {
    const paths = [
      '/',
      '/nothing',
      '/admin',
      '/admin/nothing',
      '/auth',
      '/scans2',
      '/api/v1',
      '/ADMIN/users',
    ];
    const { key } = await makeKey(gatehouse.http, tenant.owner.token, everyScope);
    const guests: Guest[] = [
      { name: 'nobody', headers: {} },
      { name: 'an owner', headers: { 'x-api-key': key } },
      { name: 'garbage', headers: { authorization: 'garbage' } },
    ];
    const requests = [
      ...paths.map((path) => ['GET', path] as const),
      ...['PUT', 'OPTIONS', 'PROPFIND', 'TRACE'].map((method) => [method, '/admin/users'] as const),
      ...['PATCH', 'DELETE'].map((method) => [method, '/scans'] as const),
    ];
    for (const { headers } of guests) {
      for (const [method, path] of requests) {
        const answer = await gatehouse.http.send(method, path, { headers });
        expect({ method, path, ...said(answer) }).toMatchObject({
          status: 404,
          code: 'NOT_FOUND',
          challenge: undefined,
        });
      }
    }
  });

  it.each([
    ['an older HTTP', 'GET /admin/users HTTP/1.0\r\n\r\n', 401],
    ['a WebSocket to ourselves', `GET /admin/users ${upgrade}`, 401],
    ['a WebSocket to what stands behind', `GET /scans/1 ${upgrade}`, 401],
    ['a WebSocket to nothing', `GET /nothing ${upgrade}`, 404],
    ['an absolute address', 'GET http://a/admin/users HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 400],
    ['no address', 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 400],
    ['no host', 'GET /admin/users HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['another host’s name', 'GET /admin/users HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 401],
    ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['no HTTP', 'GET /admin/users\r\n\r\n', 400],
    ['a tunnel', 'CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n', undefined],
  ])('who speaks otherwise gets in as little: %s', async (_what, bytes, status) => {
    const answer = await rawExchange(Number(new URL(gatehouse.url).port), bytes);
    const [first = ''] = answer.split('\r\n');
    // A tunnel isn't even answered.
    expect(first).toMatch(status === undefined ? /^$/ : new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});

interface Expected {
  readonly status: number;
  readonly code: string;
  readonly challenge?: string;
}

/** Sends each guest to each door: the answer is as expected, the trail knows of it, and nothing else has changed. */
async function everywhere(
  guests: readonly Guest[],
  expected: (door: Door) => Expected | undefined,
): Promise<void> {
  const visits = guests.flatMap((guest) =>
    everyDoor.flatMap((door) => {
      const wanted = expected(door);
      return wanted === undefined ? [] : [{ guest, door, wanted, id: `guest-${(visitors += 1)}-visits` }];
    }),
  );
  expect(visits.length).toBeGreaterThan(guests.length * 5);
  const before = await everyRow();
  const found = await gather(visits, async ({ guest, door, wanted, id }) => {
    const headers = { ...guest.headers, ...door.headers, 'x-correlation-id': id };
    const answer = await gatehouse.http.send(door.method, door.path, { headers, body: door.body });
    const where = `${door.method} ${door.path} ${JSON.stringify(door.headers ?? {})}: ${guest.name}`;
    return { got: { where, ...said(answer) }, want: { where, id, ...asSeen(wanted, door), problem: true } };
  });
  expect(found.map(({ got }) => got)).toEqual(found.map(({ want }) => want));
  expect(await everyRow()).toEqual(before);

  const refused = visits.filter(({ wanted }) => wanted.code !== 'NOT_FOUND');
  const recorded = (await query(
    gatehouse.databaseUrl,
    `SELECT coalesce(json_object_agg(correlation_id, status || ' ' || code), '{}') AS answer FROM gatehouse.audit_events
     WHERE kind = 'decision' AND decision = 'deny' AND correlation_id LIKE 'guest-%'`,
  )) as Record<string, string>;
  const missing = refused.filter(({ id, wanted }) => recorded[id] !== `${wanted.status} ${wanted.code}`);
  expect(missing.map(({ door, guest }) => `${door.method} ${door.path}: ${guest.name}`)).toEqual([]);
}
let visitors = 0;

/** What an answer says of its refusal. */
function said({ status, headers, body, text }: Answer) {
  const id = headers['x-correlation-id'];
  const problem =
    headers['content-type'] === 'application/problem+json' && headers['cache-control'] === 'no-store';
  const challenge = headers['www-authenticate'];
  // An answer to HEAD has no body, and says the same in its headers.
  if (text === '') return { id, status, code: undefined, challenge, problem };
  const whole =
    problem && body.status === status && body.correlation_id === id && body.type.endsWith(`/${body.code}`);
  return { id, status, code: body?.code, challenge, problem: whole };
}

function asSeen({ status, code, challenge }: Expected, door: Door) {
  // nginx's auth_request takes 401 and 403 for a no, and anything else for a defect.
  const nginxReads = door.path === '/forward-auth/nginx' && status === 404 ? 403 : status;
  return { status: nginxReads, code: door.method === 'HEAD' ? undefined : code, challenge };
}

/** What a request that is refused must leave as it is: a digest of each table. */
async function everyRow(): Promise<unknown> {
  const tables = [
    'tenants',
    'users',
    'memberships',
    'roles',
    'role_permissions',
    'api_keys',
    'sessions',
    'invitations',
  ];
  const digests = tables.map(
    (table) => `'${table}', (SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM gatehouse.${table} t)`,
  );
  return query(gatehouse.databaseUrl, `SELECT json_build_object(${digests.join(', ')}) AS answer`);
}
