import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Config } from './config.js';
import { ConfigError } from './config-error.js';
import { loadConfig } from './load-config.js';

const yaml = 'permissions: [scans.read]\n';
const strong = () => randomBytes(32).toString('base64');

describe('variables that belong together', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'gatehouse-config-'));
    writeFileSync(path.join(dir, 'gatehouse.yaml'), yaml);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const load = (env: Record<string, string>): Config => loadConfig(env, dir);
  const problemsOf = (env: Record<string, string>): string[] => {
    try {
      load(env);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems.map(({ name, rule }) => `${name} ${rule}`);
      throw error;
    }
    return [];
  };

  describe('with break-glass', () => {
    const enabled = {
      BREAK_GLASS_ENABLED: 'true',
      MASTER_KEY: strong(),
      BREAK_GLASS_PERMISSIONS: 'scans.read, admin.audit',
    };

    it('arms the key with exactly the permissions that are listed', () => {
      const { breakGlass } = load(enabled);
      expect(breakGlass.key?.reveal()).toBe(enabled.MASTER_KEY);
      expect(breakGlass.permissions).toEqual(['scans.read', 'admin.audit']);
    });

    it('is off unless it says true, whatever the key is', () => {
      const { breakGlass } = load({ ...enabled, BREAK_GLASS_ENABLED: 'false' });
      expect(breakGlass).toMatchObject({ key: undefined, permissions: [] });
      for (const text of ['TRUE', '1', 'yes', 'on'])
        expect(problemsOf({ ...enabled, BREAK_GLASS_ENABLED: text })).toHaveLength(1);
    });

    it('needs a key and a list of permissions', () => {
      expect(problemsOf({ BREAK_GLASS_ENABLED: 'true' })).toEqual([
        'MASTER_KEY must be set with BREAK_GLASS_ENABLED=true',
        'BREAK_GLASS_PERMISSIONS must be set with BREAK_GLASS_ENABLED=true',
      ]);
      expect(problemsOf({ ...enabled, BREAK_GLASS_PERMISSIONS: ' , ' })).toHaveLength(1);
    });

    it('refuses a weak key, armed or not', () => {
      const weak = { ...enabled, MASTER_KEY: 'correct-horse-1' };
      expect(problemsOf(weak)).toEqual(['MASTER_KEY must be at least 32 characters long']);
      expect(problemsOf({ ...weak, BREAK_GLASS_ENABLED: 'false' })).toEqual([
        'MASTER_KEY must be at least 32 characters long',
      ]);
    });

    it.each([
      'admin.users',
      'admin.keys',
      'admin.roles',
      'admin.tenants',
      'admin.oauth',
      'admin.settings',
      'admin.break_glass',
      'keys.own',
    ])('never holds %s, with which something could be left behind', (permission) => {
      const problems = problemsOf({ ...enabled, BREAK_GLASS_PERMISSIONS: `scans.read,${permission}` });
      expect(problems).toEqual([
        `BREAK_GLASS_PERMISSIONS must not hold ${permission}: with it, something could be made that outlives the incident`,
      ]);
    });

    it.each(['*', 'scans.*', 'admin.', 'scans.read admin.audit', 'scans.delete', 'toString'])(
      'never holds %s',
      (permissions) => {
        expect(problemsOf({ ...enabled, BREAK_GLASS_PERMISSIONS: permissions })).toEqual([
          expect.stringMatching(/^BREAK_GLASS_PERMISSIONS must /),
        ]);
      },
    );
  });

  describe('with a legacy key', () => {
    const legacy = {
      NODE_ENV: 'test',
      LEGACY_API_KEY: strong(),
      LEGACY_API_KEY_TENANT: 'acme',
      LEGACY_API_KEY_ROLE: 'member',
    };

    it('gives it the tenant and the role that are configured', () => {
      expect(load(legacy).legacyKey).toMatchObject({ tenantSlug: 'acme', role: 'member' });
    });

    it('gives it the restricted role in production, whatever is configured, and says so', () => {
      const config = load({ ...legacy, NODE_ENV: 'production' });
      expect(config.legacyKey?.role).toBe('legacy-restricted');
      expect(config.warnings).toContainEqual(
        expect.stringMatching(/^LEGACY_API_KEY_ROLE is not used in production/),
      );
    });

    it('needs a tenant and a role, and they need a key', () => {
      expect(problemsOf({ LEGACY_API_KEY: strong() })).toEqual([
        'LEGACY_API_KEY_TENANT must be set with LEGACY_API_KEY',
        'LEGACY_API_KEY_ROLE must be set with LEGACY_API_KEY',
      ]);
      expect(problemsOf({ LEGACY_API_KEY_ROLE: 'member' })).toEqual([
        expect.stringMatching(/^LEGACY_API_KEY must be set with/),
      ]);
    });

    it.each(['cspm_', 'ch_live_', 'sk_test_', 'own_', 'our_'])(
      'refuses one that begins with %s, like a key of a user',
      (prefix) => {
        const env = {
          ...legacy,
          API_KEY_PREFIX: 'our_',
          API_KEY_ACCEPTED_PREFIXES: 'own_',
          LEGACY_API_KEY: prefix + strong(),
        };
        expect(problemsOf(env)).toEqual(['LEGACY_API_KEY must not begin with a prefix of per-user keys']);
      },
    );

    it('refuses a short or a guessable one', () => {
      expect(problemsOf({ ...legacy, LEGACY_API_KEY: strong().slice(0, 23) })).toEqual([
        'LEGACY_API_KEY must be at least 24 characters long',
      ]);
      expect(problemsOf({ ...legacy, LEGACY_API_KEY: 'x'.repeat(40) })).toEqual([
        expect.stringMatching(/^LEGACY_API_KEY is too easy to guess/),
      ]);
    });
  });

  it('refuses one secret for two purposes', () => {
    const secret = strong();
    expect(problemsOf({ GATEHOUSE_SECRET: secret, MASTER_KEY: secret })).toEqual([
      'MASTER_KEY must not be the same as GATEHOUSE_SECRET',
    ]);
  });

  it('keeps lives of tokens within bounds, and a session longer than its tokens', () => {
    expect(load({ ACCESS_TOKEN_TTL: '1h', REFRESH_TOKEN_TTL: '7d' }).sessions).toEqual({
      accessTokenTtlSeconds: 3600,
      refreshTokenTtlSeconds: 604_800,
    });
    for (const ttl of ['30s', '25h', '0m', '1500ms', '15'])
      expect(problemsOf({ ACCESS_TOKEN_TTL: ttl })).toHaveLength(1);
    expect(problemsOf({ ACCESS_TOKEN_TTL: '24h', REFRESH_TOKEN_TTL: '1h' })).toEqual([
      'REFRESH_TOKEN_TTL must be longer than ACCESS_TOKEN_TTL',
    ]);
  });
});
