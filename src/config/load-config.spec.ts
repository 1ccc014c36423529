import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import type { Config } from './config.js';
import { ConfigError } from './config-error.js';
import { variables } from './environment.js';
import { loadConfig } from './load-config.js';

const yaml = 'permissions: [scans.read]\n';
const strong = () => randomBytes(32).toString('base64');

describe('the environment', () => {
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

  it('may be empty: then everything is safe', () => {
    expect(load({})).toMatchObject({
      environment: 'production',
      listen: { host: '127.0.0.1', port: 8080 },
      publicUrl: 'http://localhost:8080',
      dataDir: path.join(dir, '.gatehouse'),
      database: { url: undefined, migrate: true },
      registration: 'invite',
      mail: undefined,
      breakGlass: { key: undefined, permissions: [], reasonRequired: true },
      legacyKey: undefined,
      apiKeys: { prefix: 'cspm_', acceptedPrefixes: ['cspm_'] },
      sessions: { accessTokenTtlSeconds: 900, refreshTokenTtlSeconds: 2_592_000 },
      logLevel: 'info',
      warnings: ['SMTP_URL is not set: nobody can be invited, or reset a forgotten password'],
    });
  });

  it('lets anybody register in development, and only who was invited in production, unless it says so', () => {
    expect(load({ NODE_ENV: 'development' }).registration).toBe('open');
    expect(load({ NODE_ENV: 'production' }).registration).toBe('invite');
    expect(load({ NODE_ENV: 'development', REGISTRATION: 'closed' }).registration).toBe('closed');
    expect(load({ REGISTRATION: 'open' }).registration).toBe('open');
  });

  it('names a mail server and a sender, or neither; in production nothing is sent unencrypted', () => {
    const smtp = {
      SMTP_URL: 'smtps://user:pass@mail.example',
      MAIL_FROM: 'Gatehouse <noreply@example.test>',
    };
    const { mail } = load(smtp);
    expect(mail).toMatchObject({ from: 'Gatehouse <noreply@example.test>', requireTls: true });
    expect(mail?.smtpUrl.reveal()).toBe(smtp.SMTP_URL);
    expect(load({ ...smtp, NODE_ENV: 'development' }).mail?.requireTls).toBe(false);
    expect(problemsOf({ SMTP_URL: smtp.SMTP_URL })).toEqual(['MAIL_FROM must be set with SMTP_URL']);
    expect(problemsOf({ MAIL_FROM: smtp.MAIL_FROM })).toEqual(['SMTP_URL must be set with MAIL_FROM']);
    for (const from of ['a@b.c\r\nBcc: d@e.f', 'a, b@c.d', '<a@b.c', 'x <a@b.c> y', '"x" <a@b.c>'])
      expect(problemsOf({ SMTP_URL: smtp.SMTP_URL, MAIL_FROM: from })).toHaveLength(1);
  });

  it('means production unless it says development or test', () => {
    for (const name of ['', 'prod', 'Development', 'staging', 'dev'])
      expect(load({ NODE_ENV: name }).environment).toBe('production');
    expect(load({ NODE_ENV: 'development' })).toMatchObject({
      environment: 'development',
    });
    expect(load({ NODE_ENV: 'test' }).breakGlass.reasonRequired).toBe(false);
  });

  it('is refused with the name and the rule of everything that is wrong, and never with a value', () => {
    const wrong: Record<string, string> = {
      HOST: 'sentinel host',
      PORT: 'sentinel',
      PUBLIC_URL: 'https://sentinel.example/path',
      GATEHOUSE_CONFIG: '/sentinel/gatehouse.yaml',
      GATEHOUSE_MIGRATE: 'sentinel',
      DATABASE_URL: 'mysql://sentinel:sentinel@localhost/x',
      REDIS_URL: 'http://sentinel',
      GATEHOUSE_SECRET: 'sentinel',
      BOOTSTRAP_ADMIN_EMAIL: 'sentinel',
      BOOTSTRAP_ADMIN_PASSWORD: 'sentinel',
      REGISTRATION: 'sentinel',
      SMTP_URL: 'http://sentinel',
      MAIL_FROM: 'sentinel',
      BREAK_GLASS_ENABLED: 'sentinel',
      MASTER_KEY: 'sentinel'.repeat(8),
      BREAK_GLASS_PERMISSIONS: 'sentinel*',
      LEGACY_API_KEY: 'sentinel',
      LEGACY_API_KEY_TENANT: 'Sentinel!',
      LEGACY_API_KEY_ROLE: ' sentinel',
      API_KEY_PREFIX: 'Sentinel',
      API_KEY_ACCEPTED_PREFIXES: 'sentinel',
      ACCESS_TOKEN_TTL: 'sentinel',
      REFRESH_TOKEN_TTL: '400d',
      SIGNING_KEY_MAX_AGE: '1h',
      LOG_LEVEL: 'sentinel',
    };
    const problems = problemsOf(wrong);
    expect(problems.map((text) => text.split(' ')[0]).sort()).toEqual(Object.keys(wrong).sort());
    expect(problems.join('\n')).not.toMatch(/sentinel|400d/i);
    for (const text of problems) expect(text).toMatch(/^[A-Z_]+ (must|is) /);
    // Two variables take any text but a blank one.
    const free = Object.keys(variables).filter((name) => !(name in wrong));
    expect(free).toEqual(['NODE_ENV', 'GATEHOUSE_DATA_DIR']);
  });

  it('may not hold a name that begins like ours and is none, nor one that is still to come', () => {
    expect(
      problemsOf({
        GATEHOUSE_SECRETS: 'x',
        gatehouse_secret: 'x',
        BREAK_GLASS_WINDOW: '1h',
        BREAK_GLASS_WEBHOOK: 'x',
        AUDIT_SINK: 'x',
      }),
    ).toEqual([
      'GATEHOUSE_SECRETS is not a variable of Gatehouse',
      'gatehouse_secret is not a variable of Gatehouse',
      'BREAK_GLASS_WINDOW is not supported by this version',
      'BREAK_GLASS_WEBHOOK is not supported by this version',
      'AUDIT_SINK is not supported by this version',
    ]);
  });

  it('counts what is set but empty as not set', () => {
    expect(load({ DATABASE_URL: '', MASTER_KEY: '', PORT: '', AUDIT_SINK: '' }).listen.port).toBe(8080);
  });

  it('takes a port from 0 to 65535 and nothing else', () => {
    for (const port of ['0', '1', '65535']) expect(load({ PORT: port }).listen.port).toBe(Number(port));
    for (const port of ['65536', '-1', '1.5', '0x10', '1e3', ' 80', 'http'])
      expect(problemsOf({ PORT: port })).toHaveLength(1);
  });

  it('takes a public URL without anything behind its host', () => {
    expect(load({ PUBLIC_URL: 'https://Gate.Example:8443' }).publicUrl).toBe('https://gate.example:8443');
    for (const url of [
      'gate.example',
      '//gate.example',
      'ftp://a',
      'https://a/',
      'https://a/b',
      'https://a?b',
      'https://a#b',
      'https://u@a',
      'https://',
    ]) {
      expect({ url, problems: problemsOf({ PUBLIC_URL: url }).length }).toEqual({ url, problems: 1 });
    }
  });

  it('needs a secret with a database of its own choice: replicas must share it', () => {
    const url = 'postgres://user:pass@db.example/gatehouse';
    expect(problemsOf({ DATABASE_URL: url })).toEqual([
      expect.stringMatching(/^GATEHOUSE_SECRET must be set with DATABASE_URL/),
    ]);
    const config = load({ DATABASE_URL: url, GATEHOUSE_SECRET: strong() });
    expect(config.database.url?.reveal()).toBe(url);
    expect(problemsOf({ DATABASE_URL: url, GATEHOUSE_SECRET: strong().slice(0, 31) })).toEqual([
      'GATEHOUSE_SECRET must be at least 32 bytes long',
    ]);
    expect(problemsOf({ GATEHOUSE_SECRET: 'a'.repeat(32) })).toEqual([
      expect.stringMatching(/^GATEHOUSE_SECRET is too easy to guess/),
    ]);
  });

  it('refuses a password of the first admin that anybody would try', () => {
    for (const password of ['short', 'password1234', 'admin-admin-admin', 'aaaaaaaaaaaa', '123456789012']) {
      expect({ password, problems: problemsOf({ BOOTSTRAP_ADMIN_PASSWORD: password }).length }).toEqual({
        password,
        problems: 1,
      });
    }
    expect(
      load({ BOOTSTRAP_ADMIN_PASSWORD: 'correct horse battery staple' }).bootstrap.password?.reveal(),
    ).toBe('correct horse battery staple');
  });

  it('keeps secrets out of whatever is printed', () => {
    const secret = strong();
    const config = load({
      GATEHOUSE_SECRET: secret,
      DATABASE_URL: `postgres://u:${encodeURIComponent(secret)}@h/d`,
      REDIS_URL: 'redis://:hidden@h',
    });
    expect(JSON.stringify(config) + inspect(config, { depth: 10 })).not.toMatch(
      new RegExp(`${secret.slice(0, 8)}|hidden`),
    );
  });

  it('cannot be changed once it is read', () => {
    const config = load({});
    expect(() => Object.assign(config.listen, { port: 1 })).toThrow(TypeError);
    expect(() => (config.file.permissions as string[]).push('admin.users')).toThrow(TypeError);
    expect(() => Object.assign(config.file.rateLimits.source, { requests: 1 })).toThrow(TypeError);
  });

  it('takes prefixes of keys that end with an underscore, and none of OAuth tokens', () => {
    expect(
      load({ API_KEY_PREFIX: 'acme_live_', API_KEY_ACCEPTED_PREFIXES: 'cspm_, acme_live_' }).apiKeys,
    ).toEqual({
      prefix: 'acme_live_',
      acceptedPrefixes: ['acme_live_', 'acme_test_', 'cspm_'],
    });
    for (const prefix of ['cspm', 'Cspm_', '_', 'a__', 'a-b_', '1a_', 'at_live_', 'rt_', 'eyJ_', 'a.b_']) {
      expect({ prefix, problems: problemsOf({ API_KEY_PREFIX: prefix }).length }).toEqual({
        prefix,
        problems: 1,
      });
    }
  });
});
