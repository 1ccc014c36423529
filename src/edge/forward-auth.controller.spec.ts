import { startEdgeApp, type EdgeApp } from '../../test/harness/edge-app.js';
import { sendRaw, startServer, type TestServer } from '../../test/harness/proxy.js';

const tenantId = '0190b8a0-0000-7000-8000-000000000001';
let upstream: TestServer;
let trusting: EdgeApp;
let wary: EdgeApp;

beforeAll(async () => {
  upstream = await startServer((_request, response) => response.end());
  const line = (path: string, methods: readonly string[]) => ({ methods, path, upstream: 'up' });
  const options = {
    identities: new Map([
      ['reader', { userId: 'user-1', tenantId, permissions: ['scans.read', 'reports.read'] }],
      ['stranger', { userId: 'user-2', tenantId, permissions: [] }],
    ]),
    upstreams: { up: { url: upstream.url, timeoutMs: 2000 } },
    routes: [
      { ...line('/scans/**', ['GET']), demand: { kind: 'protected', permission: 'scans.read' } as const },
      { ...line('/status', ['GET']), demand: { kind: 'public', why: 'a test' } as const },
      { ...line('/busy', ['GET']), demand: { kind: 'public', why: 'a test', attempt: true } as const },
    ],
  };
  trusting = await startEdgeApp({ ...options, trustedProxies: ['127.0.0.1/32'] });
  // The one attempt that the test's gate allows.
  await ask('caddy', 'GET /busy');
  wary = await startEdgeApp({ ...options, trustedProxies: ['192.0.2.0/24'] });
});
afterAll(async () => {
  await trusting.close();
  await wary.close();
  await upstream.close();
});

const names = {
  nginx: ['x-original-method', 'x-original-uri'],
  caddy: ['x-forwarded-method', 'x-forwarded-uri'],
  traefik: ['x-forwarded-method', 'x-forwarded-uri'],
} as const;
const proxies = Object.keys(names) as (keyof typeof names)[];

/** Asks as a proxy does about a request that came to it. */
function ask(
  proxy: keyof typeof names,
  original: string,
  headers: Record<string, string> = {},
  app = trusting,
) {
  const [method = '', target = ''] = original.split(' ');
  const [methodName, targetName] = names[proxy];
  return fetch(`${app.url}/forward-auth/${proxy}`, {
    headers: { ...headers, [methodName]: method, [targetName]: target },
  });
}

const identityOf = (answer: Response) =>
  ['user', 'tenant', 'permissions', 'scheme'].map((name) => answer.headers.get(`x-gatehouse-${name}`));

describe.each(proxies)('%s', (proxy) => {
  it('is told yes, and who it is', async () => {
    const headers = {
      'x-api-key': 'reader',
      'x-gatehouse-user': 'root',
      'x-correlation-id': 'correlation-1',
    };
    const answer = await ask(proxy, 'GET /scans/1?x=%2e%2e', headers);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('');
    expect(identityOf(answer)).toEqual(['user-1', tenantId, 'reports.read scans.read', 'api-key']);
    expect(answer.headers.get('x-tenant-id')).toBe(tenantId);
    expect(answer.headers.get('x-correlation-id')).toBe('correlation-1');
  });

  it('is told yes to a public request, with all headers, empty', async () => {
    const answer = await ask(proxy, 'HEAD /status', {
      'x-gatehouse-user': 'root',
      'x-gatehouse-permissions': 'all',
    });
    expect(answer.status).toBe(200);
    expect(identityOf(answer)).toEqual(['', '', '', '']);
    expect(answer.headers.get('x-tenant-id')).toBe('');
  });

  it('is answered whatever method it asks with', async () => {
    const [methodName, targetName] = names[proxy];
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const headers = { [methodName]: 'GET', [targetName]: '/status', 'content-type': 'application/json' };
      const answer = await fetch(`${trusting.url}/forward-auth/${proxy}`, {
        method,
        headers,
        body: '{"broken',
      });
      expect([method, answer.status]).toEqual([method, 200]);
    }
  });

  it('has what it asked about in the trail, decision and outcome', async () => {
    await ask(proxy, `GET /scans/${proxy}`, { 'x-api-key': 'reader' });
    expect(await trusting.trail.outcomeOf(`/scans/${proxy}`)).toBe(200);
    const decision = trusting.trail.records.find(
      (one) => one.kind === 'decision' && one.path === `/scans/${proxy}`,
    );
    expect(decision).toMatchObject({ door: 'forward-auth', method: 'GET', decision: 'allow' });
  });

  const refusals: readonly (readonly [string, string, Record<string, string>, number, string])[] = [
    ['no credential', 'GET /scans', {}, 401, 'UNAUTHORIZED'],
    ['a wrong key', 'GET /scans', { 'x-api-key': 'wrong' }, 401, 'UNAUTHORIZED'],
    ['a key without the permission', 'GET /scans', { 'x-api-key': 'stranger' }, 403, 'FORBIDDEN'],
    ['another method', 'POST /scans', { 'x-api-key': 'reader' }, 404, 'NOT_FOUND'],
    ['no route', 'GET /nowhere', { 'x-api-key': 'reader' }, 404, 'NOT_FOUND'],
    ['one of our own paths', 'GET /admin/users', { 'x-api-key': 'reader' }, 404, 'NOT_FOUND'],
    ['a route beneath the alias', 'GET /api/v1/scans', { 'x-api-key': 'reader' }, 404, 'NOT_FOUND'],
    ['an ambiguous path', 'GET /status/../scans', { 'x-api-key': 'reader' }, 400, 'AMBIGUOUS_PATH'],
    ['an encoded dot segment', 'GET /status/%2e%2e/scans', {}, 400, 'AMBIGUOUS_PATH'],
    ['an absolute target', 'GET http://x/status', {}, 400, 'AMBIGUOUS_PATH'],
    ['a credential in two spellings', 'GET /status', { x_api_key: 'reader' }, 400, 'AMBIGUOUS_HEADER'],
    ['a method that is none', 'get /status', {}, 400, 'FORWARDED_REQUEST_INVALID'],
    ['too many requests', 'GET /busy', {}, 429, 'RATE_LIMITED'],
  ];

  it.each(refusals)('is told no for %s', async (_name, original, headers, status, code) => {
    const answer = await ask(proxy, original, { ...headers, 'x-correlation-id': 'correlation-2' });
    const told = proxy === 'nginx' && ![401, 403].includes(status) ? 403 : status;
    expect(answer.status).toBe(told);
    expect(await answer.json()).toMatchObject({ code, status: told, correlation_id: 'correlation-2' });
    expect(answer.headers.get('x-gatehouse-user')).toBeNull();
    expect(answer.headers.get('x-correlation-id')).toBe('correlation-2');
  });

  it('is told no when it doesn’t say what it asks about, or says it twice', async () => {
    const [methodName, targetName] = names[proxy];
    const cases = [
      [`${methodName}: GET`],
      [`${targetName}: /status`],
      [`${methodName}: GET`, `${targetName}: /status`, `${targetName}: /scans`],
      [`${methodName}: GET`, `${targetName}: /status`, `${targetName.replaceAll('-', '_')}: /scans`],
      [`${methodName}: GET`, `${methodName}: POST`, `${targetName}: /status`],
      [`${methodName}: GET`, `${targetName.replaceAll('-', '_')}: /status`],
    ];
    for (const lines of cases) {
      const head = [`GET /forward-auth/${proxy} HTTP/1.1`, 'Host: x', 'Connection: close', ...lines].join(
        '\r\n',
      );
      expect(await sendRaw(trusting.port, `${head}\r\n\r\n`)).toMatch(
        proxy === 'nginx'
          ? /^HTTP\/1\.1 403 [^]*FORWARDED_REQUEST_INVALID/
          : /^HTTP\/1\.1 400 [^]*FORWARDED_REQUEST_INVALID/,
      );
    }
  });

  it('does not believe the headers of another proxy', async () => {
    const [others] = proxies.filter((other) => names[other][0] !== names[proxy][0]);
    const [methodName, targetName] = names[others ?? 'nginx'];
    const headers = { [methodName]: 'GET', [targetName]: '/status' };
    const answer = await fetch(`${trusting.url}/forward-auth/${proxy}`, { headers });
    expect(await answer.json()).toMatchObject({ code: 'FORWARDED_REQUEST_INVALID' });
    const both = await ask(proxy, 'GET /scans', headers);
    expect(both.status).toBe(401);
  });

  it('is believed only when it is a trusted peer, whatever it says of itself', async () => {
    const claims = { 'x-api-key': 'reader', 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.1' };
    const answer = await ask(proxy, 'GET /status', claims, wary);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'UNTRUSTED_PROXY' });
    expect(answer.headers.get('x-gatehouse-user')).toBeNull();
    expect(wary.trail.records.at(-1)).toMatchObject({
      kind: 'decision',
      decision: 'deny',
      door: 'forward-auth',
      path: `/forward-auth/${proxy}`,
      reason: '127.0.0.1 is not a trusted proxy',
    });
  });
});

describe('a decision', () => {
  it('is not to be had beneath a name that nobody has', async () => {
    expect((await fetch(`${trusting.url}/forward-auth/envoy`)).status).toBe(404);
  });
});
