import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { json } from 'node:stream/consumers';
import type { TestIdentity } from '../../test/harness/memory-gate.js';
import {
  sendRaw,
  startProxy,
  startServer,
  type TestProxy,
  type TestServer,
} from '../../test/harness/proxy.js';
import type { Demand } from '../kernel/demand.js';

const tenantId = '0190b8a0-0000-7000-8000-000000000001';
const publicly: Demand = { kind: 'public', why: 'a test' };
const reading: Demand = { kind: 'protected', permission: 'scans.read' };
const identities = new Map<string, TestIdentity>([
  ['reader', { userId: 'user-reader', tenantId, permissions: ['scans.read'] }],
  ['stranger', { userId: 'user-stranger', tenantId, permissions: [] }],
]);

let upstream: TestServer;
let proxy: TestProxy;
/** Every target that reached the upstream, as it was sent. */
const reached: string[] = [];

beforeAll(async () => {
  upstream = await startServer((request, response) => {
    reached.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.setHeader('set-cookie', ['a=1', 'b=2']).setHeader('x-correlation-id', 'made up');
    response.end(JSON.stringify({ url: request.url, headers: request.headers }));
  });
  const route = (methods: readonly string[], path: string, demand: Demand) => ({
    methods,
    path,
    upstream: 'up',
    demand,
  });
  proxy = await startProxy({
    identities: manyIdentities(),
    upstreams: { up: { url: upstream.url, timeoutMs: 2000 } },
    routes: [
      route(['GET', 'POST', 'OPTIONS'], '/public/**', publicly),
      route(['GET', 'POST'], '/private/**', reading),
      route(['GET'], '/twice/*', reading),
      route(['GET'], '/twice/export', publicly),
      route(['DELETE'], '/admins/**', publicly),
    ],
  });
});
afterAll(async () => {
  await proxy.close();
  await upstream.close();
});
beforeEach(() => void reached.splice(0));

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${proxy.url}${path}`, { headers });

describe('an admitted request', () => {
  it('reaches the upstream with the identity, and the answer comes back with ours', async () => {
    const answer = await get('/private/1?q=a%2Fb&q=%', { 'x-api-key': 'reader', 'x-gatehouse-user': 'root' });
    const seen = (await answer.json()) as { url: string; headers: Record<string, string> };
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-tenant-id')).toBe(tenantId);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(seen.url).toBe('/private/1?q=a%2Fb&q=%');
    expect(seen.headers).toMatchObject({
      host: new URL(upstream.url).host,
      'x-gatehouse-user': 'user-reader',
      'x-gatehouse-tenant': tenantId,
      'x-gatehouse-permissions': 'scans.read',
      'x-gatehouse-scheme': 'api-key',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': new URL(proxy.url).host,
      'x-forwarded-proto': 'http',
      'x-correlation-id': answer.headers.get('x-correlation-id'),
    });
    expect(seen.headers).not.toHaveProperty('x-api-key');
  });

  it('is written down before it is passed on, and again when it has ended', async () => {
    await get('/private/recorded', { 'x-api-key': 'reader' });
    const about = proxy.trail.records.filter(
      (record) => record.kind !== 'change' && record.path === '/private/recorded',
    );
    expect(about[0]).toMatchObject({ kind: 'decision', door: 'proxy', decision: 'allow' });
    expect(await proxy.trail.outcomeOf('/private/recorded')).toBe(200);
  });

  it('beneath the second prefix is forwarded without it', async () => {
    await get('/api/v1/private/1?x=1', { 'x-api-key': 'reader' });
    expect(reached).toEqual(['GET /private/1?x=1']);
  });

  it.each(['HEAD', 'OPTIONS', 'POST'])('may be a %s', async (method) => {
    const answer = await fetch(`${proxy.url}/public/x`, { method });
    expect(answer.status).toBe(200);
    expect(reached).toEqual([`${method} /public/x`]);
  });

  it('may have a path and a query as long as a head may be', async () => {
    const path = `/public/${'a'.repeat(4000)}`;
    expect((await get(`${path}?${'b'.repeat(4000)}`)).status).toBe(200);
  });

  it('keeps every byte of its query', async () => {
    const query = 'a=%zz&c="<>|\\^`{}&d=../..//;x&=&?';
    await sendRaw(proxy.port, `GET /public/x?${query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(reached).toEqual([`GET /public/x?${query}`]);
  });
});

describe('a refused request', () => {
  it.each([
    ['without a credential', '/private/1', {}, 401, 'UNAUTHORIZED'],
    ['with a wrong key', '/private/1', { 'x-api-key': 'wrong' }, 401, 'UNAUTHORIZED'],
    ['without the permission', '/private/1', { 'x-api-key': 'stranger' }, 403, 'FORBIDDEN'],
    ['to no route', '/nowhere', { 'x-api-key': 'reader' }, 404, 'NOT_FOUND'],
    ['to two routes', '/twice/export', { 'x-api-key': 'reader' }, 404, 'NOT_FOUND'],
    [
      'with a credential spelt like a variable',
      '/public/1',
      { x_api_key: 'reader' },
      400,
      'AMBIGUOUS_HEADER',
    ],
  ])('%s is told so, recorded, and not passed on', async (_name, path, headers, status, code) => {
    const answer = await get(path, {
      ...(headers as Record<string, string>),
      'x-correlation-id': `refused-${status}-${code}`,
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('x-correlation-id')).toBe(`refused-${status}-${code}`);
    expect(await answer.json()).toMatchObject({ status, code, correlation_id: `refused-${status}-${code}` });
    expect(proxy.trail.records.at(-1)).toMatchObject({ kind: 'decision', decision: 'deny', path, code });
    expect(reached).toEqual([]);
  });

  it('with another method than the route’s is a path that isn’t there', async () => {
    expect(
      (await fetch(`${proxy.url}/private/1`, { method: 'DELETE', headers: { 'x-api-key': 'reader' } }))
        .status,
    ).toBe(404);
    expect((await fetch(`${proxy.url}/public/1`, { method: 'PATCH', body: 'x' })).status).toBe(404);
    expect(reached).toEqual([]);
  });

  it('is refused for its method whatever that is', async () => {
    for (const method of ['TRACE', 'CONNECT', 'PROPFIND', 'BREW', 'get']) {
      await sendRaw(proxy.port, `${method} /public/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    }
    expect(reached).toEqual([]);
  });
});

describe('an upgrade', () => {
  const upgrade = (path: string, key: string) =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n${key}` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

  it('without a credential is refused like any other request', async () => {
    expect(await sendRaw(proxy.port, upgrade('/private/socket', ''))).toMatch(/^HTTP\/1\.1 401 /);
    expect(reached).toEqual([]);
  });

  it('with one is forwarded as the plain request that it also is: no tunnel opens', async () => {
    const answer = await sendRaw(proxy.port, upgrade('/private/socket', 'X-API-Key: reader\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toContain('"upgrade"');
    expect(proxy.server.listenerCount('upgrade')).toBe(0);
  });
});

describe('200 requests at once, of as many identities', () => {
  it('each get the answer to their own', async () => {
    const people = Array.from({ length: 200 }, (_, index) => personOf(index));
    const answers = await Promise.all(
      people.map(async ({ key }) => {
        const sent = httpRequest(`${proxy.url}/private/${key}`, { headers: { 'x-api-key': key } });
        const arrived = new Promise<unknown>((resolve, reject) => {
          sent
            .once('error', reject)
            .once('response', (response) => void json(response).then(resolve, reject));
        });
        sent.end();
        return (await arrived) as { url: string; headers: Record<string, string> };
      }),
    );
    for (const [index, { key, identity }] of people.entries()) {
      expect(answers[index]).toMatchObject({
        url: `/private/${key}`,
        headers: {
          'x-gatehouse-user': identity.userId,
          'x-gatehouse-tenant': identity.tenantId,
          'x-gatehouse-permissions': identity.permissions.toSorted().join(' '),
        },
      });
    }
  });
});

function manyIdentities(): ReadonlyMap<string, TestIdentity> {
  const people = Array.from({ length: 200 }, (_, index) => personOf(index));
  return new Map([...identities, ...people.map(({ key, identity }) => [key, identity] as const)]);
}

function personOf(index: number): { key: string; identity: TestIdentity } {
  const key = createHash('sha256').update(`person ${index}`).digest('hex');
  const tenant = `0190b8a0-0000-7000-8000-${String(index % 17).padStart(12, '0')}`;
  return {
    key,
    identity: { userId: `user-${index}`, tenantId: tenant, permissions: ['scans.read', `only.${index}`] },
  };
}
