import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError } from './config-error.js';
import type { ConfigFile } from './config.js';
import { loadConfig } from './load-config.js';

const root = path.resolve(import.meta.dirname, '../..');

describe('gatehouse.yaml', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'gatehouse-config-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const load = (text: string): ConfigFile => {
    writeFileSync(path.join(dir, 'gatehouse.yaml'), text);
    return loadConfig({}, dir).file;
  };
  const problemsOf = (text: string): string[] => {
    try {
      load(text);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems.map(({ name, rule }) => `${name} ${rule}`);
      throw error;
    }
    return [];
  };
  /** A file with one route whose parts can be changed. */
  const withRoute = (route: string): string =>
    `permissions: [scans.read]\nupstreams:\n  scanner: { url: example }\nroutes:\n  - ${route}\n`;
  const demandOf = (require: string) =>
    load(withRoute(`{ methods: [GET], path: /a, upstream: scanner, require: ${require} }`)).routes[0]?.demand;

  it('as it is shipped protects the example upstream', () => {
    expect(loadConfig({}, root).file).toEqual({
      path: path.join(root, 'gatehouse.yaml'),
      permissions: ['scans.read', 'scans.write'],
      upstreams: { scanner: { url: 'example', timeoutMs: 30_000 } },
      routes: [
        {
          methods: ['GET'],
          path: '/scans/**',
          upstream: 'scanner',
          demand: { kind: 'protected', permission: 'scans.read' },
        },
        {
          methods: ['POST'],
          path: '/scans',
          upstream: 'scanner',
          demand: { kind: 'protected', permission: 'scans.write' },
        },
        {
          methods: ['GET'],
          path: '/status',
          upstream: 'scanner',
          demand: { kind: 'public', why: 'status page' },
        },
      ],
      surfaces: ['/', '/api/v1'].map((prefix) => {
        return { dialect: 'redcloud', host: undefined, prefix, terms: {} };
      }),
      trustedProxies: [],
      leakedKeys: { github: [] },
      rateLimits: {
        source: { requests: 1200, windowMs: 60_000 },
        identity: { requests: 6000, windowMs: 60_000 },
        attempts: { requests: 30, windowMs: 60_000 },
      },
    });
  });

  it('must be there', () => {
    expect(() => loadConfig({ GATEHOUSE_CONFIG: 'missing.yaml' }, dir)).toThrow(
      'GATEHOUSE_CONFIG must name a file that can be read',
    );
  });

  it('turns what a route requires into a demand', () => {
    expect(
      demandOf('{ permission: scans.read, mfa: 15m, feature: advanced, environment: test, operator: true }'),
    ).toEqual({
      kind: 'protected',
      permission: 'scans.read',
      mfaMinutes: 15,
      feature: 'advanced',
      environment: 'test',
      operator: true,
    });
    expect(demandOf('{ permission: { all: [scans.read, admin.audit] } }')).toEqual({
      kind: 'protected',
      permission: { all: ['scans.read', 'admin.audit'] },
    });
    expect(demandOf('{ permission: { any: [scans.read] } }')).toEqual({
      kind: 'protected',
      permission: { any: ['scans.read'] },
    });
    expect(demandOf('{ authenticated: true, feature: advanced }')).toEqual({
      kind: 'protected',
      feature: 'advanced',
    });
  });

  it.each([
    [
      'neither require nor public',
      '{ methods: [GET], path: /a, upstream: scanner }',
      'routes[0] must hold exactly one of require and public',
    ],
    [
      'both',
      '{ methods: [GET], path: /a, upstream: scanner, public: why not, require: { authenticated: true } }',
      'routes[0] must hold exactly one of require and public',
    ],
    [
      'require with nothing in it',
      '{ methods: [GET], path: /a, upstream: scanner, require: {} }',
      'routes[0].require must hold either permission or authenticated: true',
    ],
    [
      'require with a feature alone',
      '{ methods: [GET], path: /a, upstream: scanner, require: { feature: x } }',
      'routes[0].require must hold either permission or authenticated: true',
    ],
    [
      'authenticated: false',
      '{ methods: [GET], path: /a, upstream: scanner, require: { authenticated: false } }',
      'routes[0].require.authenticated can only be true; leave it out otherwise',
    ],
    [
      'public without a reason',
      '{ methods: [GET], path: /a, upstream: scanner, public: "" }',
      'routes[0].public must say why anybody may come here',
    ],
    [
      'an unknown permission',
      '{ methods: [GET], path: /a, upstream: scanner, require: { permission: scans.reed } }',
      'routes[0].require.permission names scans.reed, which is not a permission',
    ],
    [
      'a permission of every object',
      '{ methods: [GET], path: /a, upstream: scanner, require: { permission: toString } }',
      'routes[0].require.permission names toString, which is not a permission',
    ],
    [
      'an unknown upstream',
      '{ methods: [GET], path: /a, upstream: scaner, require: { permission: scans.read } }',
      'routes[0].upstream names scaner, which is not an upstream',
    ],
    [
      'an upstream of every object',
      '{ methods: [GET], path: /a, upstream: constructor, require: { permission: scans.read } }',
      'routes[0].upstream names constructor, which is not an upstream',
    ],
    [
      'a misspelt member',
      '{ methods: [GET], path: /a, upstream: scanner, requires: { permission: scans.read } }',
      'routes[0].requires is not a member that Gatehouse knows',
    ],
    [
      'an unknown method',
      '{ methods: [get], path: /a, upstream: scanner, require: { permission: scans.read } }',
      'routes[0].methods[0] must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
    ],
    [
      'an mfa of seconds',
      '{ methods: [GET], path: /a, upstream: scanner, require: { permission: scans.read, mfa: 90s } }',
      'routes[0].require.mfa must be a duration from 1m to 24h, such as 1m, in whole minutes',
    ],
    [
      'an empty list of permissions',
      '{ methods: [GET], path: /a, upstream: scanner, require: { permission: { any: [] } } }',
      'routes[0].require.permission.any must not be empty',
    ],
    [
      'a permission of another shape',
      '{ methods: [GET], path: /a, upstream: scanner, require: { permission: { none: [a] } } }',
      'routes[0].require.permission must be a permission name, { all: [names] } or { any: [names] }',
    ],
  ])('refuses a route with %s, and says where', (_what, route, problem) => {
    expect(problemsOf(withRoute(route))).toContain(`gatehouse.yaml line 5: ${problem}`);
  });

  it('is refused as a whole, with the line of everything that is wrong', () => {
    const text = [
      'permissions: [scans.read, "*", scans read]',
      'upstreams:',
      '  scanner:',
      '    url: https://user:sentinel@scanner.example/path',
      '    timeout: never',
      'surfaces: yes',
      'routes: no',
      '',
    ].join('\n');
    const problems = problemsOf(text);
    expect(problems.map((problem) => problem.replace(/(line \d+: \S+).*/, '$1'))).toEqual([
      'gatehouse.yaml line 1: permissions[1]',
      'gatehouse.yaml line 1: permissions[2]',
      'gatehouse.yaml line 4: upstreams.scanner.url',
      'gatehouse.yaml line 5: upstreams.scanner.timeout',
      'gatehouse.yaml line 7: routes',
      'gatehouse.yaml line 6: surfaces',
    ]);
    expect(problems.join()).not.toContain('sentinel');
  });

  it('may say each thing once', () => {
    expect(problemsOf('permissions: []\nroutes: []\npermissions: [a]\n')).toEqual([
      'gatehouse.yaml line 3: this repeats a member of the same mapping',
    ]);
    expect(problemsOf('permissions: [a, b, a]')).toEqual([
      'gatehouse.yaml line 1: permissions[2] is listed twice',
    ]);
    expect(problemsOf('permissions: [admin.users]')).toEqual([
      expect.stringContaining('permissions[0] is one of Gatehouse’s own'),
    ]);
  });

  it.each([
    ['broken YAML', 'routes: [\n'],
    ['a list', '- a\n'],
    ['nothing', ''],
    ['two documents', 'permissions: []\n---\npermissions: []\n'],
    [
      'aliases without end',
      `a: &a [x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b, *b, *b]\n`,
    ],
  ])('is refused when it is %s', (_what, text) => {
    expect(problemsOf(text)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^gatehouse\.yaml line \d+: /)]),
    );
  });

  it('takes reports of leaked keys by public keys on P-256 and no others, least of all by private ones', () => {
    const pemOf = (namedCurve: string) =>
      generateKeyPairSync('ec', {
        namedCurve,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      });
    const yaml = (key: string) =>
      `leaked_keys: { github: [{ key_identifier: current, key: ${JSON.stringify(key)} }] }`;
    const { publicKey, privateKey } = pemOf('P-256');
    expect(load(yaml(publicKey)).leakedKeys.github).toEqual([{ identifier: 'current', pem: publicKey }]);
    for (const key of ['', 'x', privateKey, pemOf('P-384').publicKey])
      expect(problemsOf(yaml(key))).toEqual([expect.stringContaining('P-256')]);
  });

  it('trusts proxies by range, and never nearly everybody', () => {
    expect(load('trusted_proxies: [127.0.0.1/32, 10.0.0.0/8, "fd00::/8"]').trustedProxies).toHaveLength(3);
    for (const range of [
      '0.0.0.0/0',
      '::/0',
      '0.0.0.0/1',
      '::/1',
      '::ffff:0:0/96',
      '127.0.0.1',
      'localhost',
      '10.0.0.0/33',
    ]) {
      expect({ range, problems: problemsOf(`trusted_proxies: ["${range}"]`).length }).toEqual({
        range,
        problems: 1,
      });
    }
  });

  it('takes an upstream by its origin, with a time-out', () => {
    const upstreams = (url: string) => `upstreams: { one: { url: "${url}", timeout: 250ms } }`;
    expect(load(upstreams('http://127.0.0.1:9000')).upstreams).toEqual({
      one: { url: 'http://127.0.0.1:9000', timeoutMs: 250 },
    });
    for (const url of [
      '127.0.0.1:9000',
      'ftp://a',
      'http://a/b',
      'http://a/',
      'http://a?b',
      'http://u:p@a',
      'http://',
    ]) {
      expect({ url, problems: problemsOf(upstreams(url)).length }).toEqual({ url, problems: 1 });
    }
  });

  it('may change the rate limits, each part by itself', () => {
    expect(load('rate_limits: { source: { requests: 10, window: 10s } }').rateLimits).toEqual({
      source: { requests: 10, windowMs: 10_000 },
      identity: { requests: 6000, windowMs: 60_000 },
      attempts: { requests: 30, windowMs: 60_000 },
    });
    expect(problemsOf('rate_limits: { source: { requests: 0, window: 1m } }')).toHaveLength(1);
    expect(problemsOf('rate_limits: { source: { requests: 5 } }')).toEqual([
      expect.stringContaining('rate_limits.source.window is required'),
    ]);
  });
});
