import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError } from './config-error.js';
import type { Config } from './config.js';
import { loadConfig } from './load-config.js';

describe('the surfaces in gatehouse.yaml', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'gatehouse-surfaces-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const load = (text: string, env = {}): Config => {
    writeFileSync(path.join(dir, 'gatehouse.yaml'), text);
    return loadConfig(env, dir);
  };
  const placesOf = (text: string) =>
    load(text).file.surfaces.map(({ dialect, host = '*', prefix }) => `${dialect} ${host} ${prefix}`);
  const problemsOf = (text: string, env = {}): string[] => {
    try {
      load(text, env);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems.map(({ name, rule }) => `${name} ${rule}`);
      throw error;
    }
    return [];
  };

  it('are the canonical API in two places unless something is said', () => {
    expect(placesOf('routes: []')).toEqual(['redcloud * /', 'redcloud * /api/v1']);
  });

  it('are there besides the canonical ones', () => {
    expect(placesOf('surfaces: [{ dialect: cloudheed, prefix: /v1 }]')).toEqual([
      'cloudheed * /v1',
      'redcloud * /',
      'redcloud * /api/v1',
    ]);
  });

  it('leave the canonical API at the root and nowhere else, once it is said where else it is', () => {
    expect(placesOf('surfaces: [{ dialect: redcloud, prefix: /gate }]')).toEqual([
      'redcloud * /gate',
      'redcloud * /',
    ]);
    expect(placesOf('surfaces: [{ dialect: redcloud, prefix: / }]')).toEqual(['redcloud * /']);
  });

  it('keep what their documents promise, unless the installation says otherwise', () => {
    const surfaces = load(`surfaces:
      - { dialect: cloudheed, prefix: /v1 }
      - { dialect: cloudheed, prefix: /v2, access_token_ttl: 10m, api_key_prefix: acme_live_, min_password_length: 15 }`);
    expect(surfaces.file.surfaces.slice(0, 2).map(({ terms }) => terms)).toEqual([
      {
        accessTokenTtlSeconds: 3600,
        minPasswordLength: 8,
        apiKeyPrefix: 'ch_live_',
        registerAnswersSession: true,
      },
      {
        accessTokenTtlSeconds: 600,
        minPasswordLength: 15,
        apiKeyPrefix: 'acme_live_',
        registerAnswersSession: true,
      },
    ]);
  });

  it('have their keys accepted everywhere, in both environments', () => {
    const { apiKeys } = load('surfaces: [{ dialect: cloudsync, host: API.CloudSync.io, prefix: /v1 }]');
    expect(apiKeys).toEqual({ prefix: 'cspm_', acceptedPrefixes: ['cspm_', 'sk_live_', 'sk_test_'] });
  });

  it('compare hosts as names are compared', () => {
    expect(placesOf('surfaces: [{ dialect: cloudsync, host: API.CloudSync.io, prefix: /v1 }]')[0]).toBe(
      'cloudsync api.cloudsync.io /v1',
    );
    expect(
      problemsOf(
        'surfaces: [{ dialect: cloudsync, host: A.example, prefix: /v1 }, { dialect: cloudheed, host: a.EXAMPLE, prefix: /v1 }]',
      ),
    ).toEqual(['gatehouse.yaml line 1: surfaces[1].prefix is the place of another surface already']);
  });

  it.each([
    ['{ dialect: other, prefix: /v1 }', 'surfaces[0].dialect must be one of redcloud, cloudheed'],
    ['{ dialect: cloudheed }', 'surfaces[0].prefix is required'],
    ['{ dialect: cloudheed, prefix: v1 }', 'surfaces[0].prefix must be / or segments'],
    ['{ dialect: cloudheed, prefix: /v1/ }', 'surfaces[0].prefix must be / or segments'],
    ['{ dialect: cloudheed, prefix: /V1 }', 'surfaces[0].prefix must be / or segments'],
    ['{ dialect: cloudheed, prefix: /../v1 }', 'surfaces[0].prefix must be / or segments'],
    ['{ dialect: cloudheed, prefix: //v1 }', 'surfaces[0].prefix must be / or segments'],
    ['{ dialect: cloudheed, prefix: / }', 'surfaces[0].prefix must not be / for every host'],
    [
      '{ dialect: cloudheed, prefix: /admin }',
      "surfaces[0].prefix must not lie within Gatehouse's own paths",
    ],
    ['{ dialect: cloudheed, prefix: /auth/v1 }', "surfaces[0].prefix must not lie within Gatehouse's own"],
    [
      '{ dialect: cloudheed, prefix: /api/v1/auth }',
      "surfaces[0].prefix must not lie within Gatehouse's own",
    ],
    ['{ dialect: cloudheed, prefix: /v1, host: "a:8080" }', 'surfaces[0].host must be a host name'],
    ['{ dialect: cloudheed, prefix: /v1, host: "*" }', 'surfaces[0].host must be a host name'],
    ['{ dialect: cloudheed, prefix: /v1, api_key_prefix: at_live_ }', 'surfaces[0].api_key_prefix must be'],
    ['{ dialect: cloudheed, prefix: /v1, access_token_ttl: 2d }', 'surfaces[0].access_token_ttl must be'],
    [
      '{ dialect: cloudheed, prefix: /v1, min_password_length: 7 }',
      'surfaces[0].min_password_length must be',
    ],
    ['{ dialect: cloudheed, prefix: /v1, role: owner }', 'surfaces[0].role is not a member'],
  ])('refuse %s: %s', (surface, problem) => {
    expect(problemsOf(`surfaces: [${surface}]`)).toEqual([expect.stringContaining(problem)]);
  });

  it('take no route’s path for their own without saying so', () => {
    const yaml = (path: string, surfaces = '') =>
      `upstreams: { up: { url: example } }\nroutes: [{ methods: [GET], path: ${path}, upstream: up, public: a test }]\n${surfaces}`;
    const rule = (prefix: string, dialect: string) =>
      `gatehouse.yaml line 2: routes[0].path lies beneath ${prefix}, where the API ${dialect} is: write it without that prefix`;
    expect(problemsOf(yaml('/api/v1/things'))).toEqual([rule('/api/v1', 'redcloud')]);
    expect(problemsOf(yaml('/v1/things', 'surfaces: [{ dialect: cloudheed, prefix: /v1 }]'))).toEqual([
      rule('/v1', 'cloudheed'),
    ]);
    expect(problemsOf(yaml('/v10/things', 'surfaces: [{ dialect: cloudheed, prefix: /v1 }]'))).toEqual([]);
    expect(problemsOf(yaml('/api/v1/things', 'surfaces: [{ dialect: redcloud, prefix: / }]'))).toEqual([]);
  });

  it('give out no access token that outlives its session', () => {
    expect(
      problemsOf('surfaces: [{ dialect: cloudheed, prefix: /v1 }]', { REFRESH_TOKEN_TTL: '30m' }),
    ).toEqual(['REFRESH_TOKEN_TTL must be longer than access_token_ttl of cloudheed']);
  });

  it('have prefixes that the global key may not begin with', () => {
    const env = {
      LEGACY_API_KEY: 'acme_live_Kd83mWq0Zr7vTn5Xy2Lb9Pc4',
      LEGACY_API_KEY_TENANT: 'acme',
      LEGACY_API_KEY_ROLE: 'viewer',
    };
    const surfaces = 'surfaces: [{ dialect: cloudheed, prefix: /v1, api_key_prefix: acme_live_ }]';
    expect(problemsOf('routes: []', env)).toEqual([]);
    expect(problemsOf(surfaces, env)).toEqual([
      'LEGACY_API_KEY must not begin with a prefix of per-user keys',
    ]);
  });
});
