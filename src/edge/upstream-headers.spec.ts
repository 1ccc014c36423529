import fc from 'fast-check';
import type { Admission, PublicAdmission } from '../kernel/admission.js';
import { PermissionSet } from '../kernel/permission-set.js';
import { controlHeaders, normalHeaderName, readHead } from '../kernel/request-head.js';
import { TenantScope } from '../kernel/tenant-scope.js';
import { clientHeaders } from './client-headers.js';
import { headerValues, pairs } from './header-list.js';
import { upstreamHeaders } from './upstream-headers.js';

const common = {
  requestId: 'request-1',
  correlationId: 'correlation-1',
  sourceAddress: '192.0.2.7',
  userAgent: 'test',
};
const admission: Admission = {
  ...common,
  scheme: 'api-key',
  principal: { kind: 'api-key', userId: 'user-1', credentialId: 'key-1', environment: 'live' },
  scope: TenantScope.mint('tenant-1', false),
  permissions: PermissionSet.of(['scans.write', 'scans.read']),
};
const nobody: PublicAdmission = { ...common, principal: null };
const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';

/** What reaches the upstream of the headers given as `name: value`. */
function sent(headers: readonly string[], admitted: Admission | PublicAdmission = admission): string[] {
  const rawHeaders = headers.flatMap((line) => [
    line.slice(0, line.indexOf(':')),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  const head = readHead(
    { method: 'GET', target: '/scans', rawHeaders, sourceAddress: '192.0.2.7' },
    () => 'made-here',
  );
  return upstreamHeaders({ head, admitted, host: 'api.example', protocol: 'http' });
}

describe('towards the upstream', () => {
  it('ours are always there', () => {
    const headers = sent(['X-Correlation-ID: correlation-1']);
    expect(Object.fromEntries(pairs(headers))).toEqual({
      'x-gatehouse-user': 'user-1',
      'x-gatehouse-tenant': 'tenant-1',
      'x-gatehouse-permissions': 'scans.read scans.write',
      'x-gatehouse-scheme': 'api-key',
      'x-correlation-id': 'correlation-1',
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-host': 'api.example',
      'x-forwarded-proto': 'http',
    });
  });

  it('they are there for somebody unknown too, and empty', () => {
    const headers = sent(['X-Gatehouse-User: root'], nobody);
    for (const name of ['user', 'tenant', 'permissions', 'scheme']) {
      expect(headerValues(headers, `x-gatehouse-${name}`)).toEqual(['']);
    }
  });

  it('a break-glass key stands for no user', () => {
    const principal = {
      kind: 'break-glass',
      credentialId: 'mk_1',
      reason: 'the database is on fire',
    } as const;
    const headers = sent([], { ...admission, scheme: 'master-key', principal });
    expect(headerValues(headers, 'x-gatehouse-user')).toEqual(['']);
    expect(headerValues(headers, 'x-gatehouse-scheme')).toEqual(['master-key']);
  });

  const secret = [...controlHeaders].filter((name) => name !== 'x-correlation-id');
  const claims = [
    'x-gatehouse-user',
    'x-gatehouse-anything',
    'x-forwarded-for',
    'x-forwarded-user',
    'x-original-url',
    'x-rewrite-url',
    'forwarded',
    'x-real-ip',
    'proxy-authorization',
    'x-http-method-override',
    'proxy',
    'host',
    'expect',
  ];
  const spellings = [
    (name: string) => name,
    (name: string) => name.toUpperCase(),
    (name: string) => name.replaceAll('-', '_'),
    (name: string) => name.replaceAll('-', '.'),
    (name: string) => name.replace('-', '_'),
    (name: string) => name.replaceAll('-', '~').toUpperCase(),
  ];
  const smuggled = [...secret, ...claims].flatMap((name) => spellings.map((spell) => spell(name)));

  it.each([...new Set(smuggled)])('%s stays behind', (name) => {
    const headers = sent([`${name}: smuggled`, 'X-Kept: 1']);
    expect(headers).not.toContain('smuggled');
    expect(headerValues(headers, 'x-kept')).toEqual(['1']);
  });

  it('no header under the name of one of ours gets past, whatever stands between its letters', () => {
    const separator = fc.stringMatching(/^[-_.~!#$%&'*+^`|]$/);
    const ours = fc.constantFrom('gatehouse user', 'tenant id', 'correlation id', 'api key', 'forwarded for');
    fc.assert(
      fc.property(ours, separator, separator, (words, first, second) => {
        const name = `X${first}${words.replace(' ', second)}`;
        const headers = sent([`${name}: <smuggled>`]);
        expect(headers).not.toContain('<smuggled>');
        const twice = pairs(headers).filter(
          ([spelling]) => normalHeaderName(spelling) === normalHeaderName(name),
        );
        expect(twice.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it.each([
    'X-Gatehouse-User',
    'x-correlation-id, x-forwarded-for',
    'close, X_Gatehouse_User',
    'traceparent',
  ])('Connection: %s removes none of ours', (named) => {
    const headers = sent([`Connection: ${named}`]);
    expect(headerValues(headers, 'x-gatehouse-user')).toEqual(['user-1']);
    expect(headerValues(headers, 'x-correlation-id')).toEqual(['made-here']);
    expect(headerValues(headers, 'x-forwarded-for')).toEqual(['192.0.2.7']);
    expect(headerValues(headers, 'traceparent')).toHaveLength(1);
  });

  it('what concerns one connection stays on it, and what Connection names with it', () => {
    const hop = [
      'Keep-Alive: timeout=5',
      'TE: trailers',
      'Trailer: x',
      'Upgrade: websocket',
      'Proxy-Connection: close',
    ];
    const named = ['Connection: close, X-One', 'Connection: x-two', 'X-One: 1', 'x-two: 2', 'X_Two: 3'];
    const headers = sent([...hop, ...named, 'Transfer-Encoding: chunked', 'X-Three: 3']);
    expect(pairs(headers).map(([name]) => name)).toEqual([
      'X-Three',
      ...['user', 'tenant', 'permissions', 'scheme'].map((name) => `x-gatehouse-${name}`),
      'x-correlation-id',
      'traceparent',
      ...['for', 'host', 'proto'].map((name) => `x-forwarded-${name}`),
    ]);
  });

  it('the length passes once, in its own spelling only', () => {
    const headers = sent(['Content_Length: 99', 'Content-Length: 5', 'Transfer_Encoding: chunked']);
    expect(headers).not.toContain('99');
    expect(headers).not.toContain('chunked');
    expect(headerValues(headers, 'content-length')).toEqual(['5']);
  });

  it('cookies pass', () => {
    expect(headerValues(sent(['Cookie: a=1; b=2']), 'cookie')).toEqual(['a=1; b=2']);
  });

  it('one well-formed trace is kept, with its state', () => {
    const headers = sent([`Traceparent: ${trace}`, 'tracestate: a=1']);
    expect(headerValues(headers, 'traceparent')).toEqual([trace]);
    expect(headerValues(headers, 'tracestate')).toEqual(['a=1']);
  });

  it.each([
    ['two', [`traceparent: ${trace}`, `traceparent: ${trace}`]],
    ['garbage', ['traceparent: garbage']],
    ['no trace id', [`traceparent: 00-${'0'.repeat(32)}-00f067aa0ba902b7-00`]],
    ['another version', [`traceparent: ff${trace.slice(2)}`]],
    ['an alias', [`trace_parent: ${trace}`]],
  ])('%s: a new trace begins, without the old one’s state', (_name, lines) => {
    const headers = sent([...lines, 'tracestate: a=1']);
    expect(headerValues(headers, 'traceparent')).toEqual([
      expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
    ]);
    expect(headerValues(headers, 'traceparent')).not.toEqual([trace]);
    expect(headerValues(headers, 'tracestate')).toEqual([]);
  });
});

describe('towards the client', () => {
  const head = readHead(
    { method: 'GET', target: '/', rawHeaders: [], sourceAddress: '' },
    () => 'correlation-1',
  );

  it('the upstream’s headers pass, each cookie by itself', () => {
    const raw = ['Set-Cookie', 'a=1', 'Content-Type', 'text/plain', 'set-cookie', 'b=2', '__proto__', 'x'];
    expect(Object.entries(clientHeaders(raw, head, nobody))).toEqual([
      ['set-cookie', ['a=1', 'b=2']],
      ['content-type', 'text/plain'],
      ['__proto__', 'x'],
      ['x-correlation-id', 'correlation-1'],
    ]);
  });

  it('an upstream can say neither who somebody is nor what the request is called', () => {
    const names = [
      'X-Gatehouse-User',
      'x_gatehouse_tenant',
      'X-Tenant-ID',
      'X.Tenant.ID',
      'X-Correlation-ID',
    ];
    const raw = names.flatMap((name) => [name, 'made up']);
    expect(clientHeaders(raw, head, admission)).toEqual({
      'x-correlation-id': 'correlation-1',
      'x-tenant-id': 'tenant-1',
    });
  });

  it('what concerns the upstream’s connection stays on it', () => {
    const raw = [
      ...['Connection', 'x-hop', 'X-Hop', '1', 'Keep-Alive', 'timeout=5', 'Transfer-Encoding', 'chunked'],
      ...['Proxy-Authenticate', 'Basic', 'Trailer', 'x', 'Upgrade', 'h2c'],
    ];
    expect(clientHeaders(raw, head, nobody)).toEqual({ 'x-correlation-id': 'correlation-1' });
  });
});
