import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PermissionCatalogue } from '../../src/access/permission-catalogue.js';
import { openDatabase } from '../../src/commands/open-database.js';
import { loadConfig } from '../../src/config/load-config.js';
import { Secret } from '../../src/kernel/secret.js';
import { eventually } from '../harness/eventually.js';
import { createDatabase, type TestDatabase } from '../harness/postgres.js';
import { freePort, startProgram, type Ended } from '../harness/program.js';
import { proxied } from '../harness/proxied.js';
import { query } from '../harness/query.js';

const secret = 'Wd4-kR8mZq1Xv7_Lp3Nc9Tb5Hf2Js6Gy0EaUo-unrefused';
const otherSecret = 'Zu9-hT3nBx6Qk1_Wm8Vr4Lc7Pd2Fs5Jg0YaEo-anotherone';

let cwd: string;
let database: TestDatabase;
beforeAll(async () => {
  [cwd, database] = await Promise.all([
    mkdtemp(path.join(tmpdir(), 'gatehouse-refusals-')),
    createDatabase(),
  ]);
  await writeFile(path.join(cwd, 'gatehouse.yaml'), 'permissions: []\nupstreams: {}\nroutes: []\n');
  await writeFile(path.join(cwd, 'broken.yaml'), 'permissions: [wild*]\nroutes: no list\n');
});
afterAll(() => Promise.all([database.drop(), rm(cwd, { recursive: true, force: true })]));

/** A configuration, what must be said of it, and the values that must not be repeated. */
interface Refused {
  readonly env: Readonly<Record<string, string>>;
  readonly named: string;
}

/** Wrong or weak by themselves: every value is one that shows when it is repeated. */
const wrong: Refused[] = [
  { env: { PORT: 'harbour-of-amsterdam' }, named: 'PORT' },
  { env: { HOST: 'no host at all!' }, named: 'HOST' },
  { env: { PUBLIC_URL: 'ftp://files.example' }, named: 'PUBLIC_URL' },
  {
    env: { DATABASE_URL: 'mysql://root:sesame-open@db.example/x', GATEHOUSE_SECRET: secret },
    named: 'DATABASE_URL',
  },
  { env: { REDIS_URL: 'http://:sesame-open@redis.example' }, named: 'REDIS_URL' },
  { env: { GATEHOUSE_MIGRATE: 'perhaps' }, named: 'GATEHOUSE_MIGRATE' },
  { env: { GATEHOUSE_SECRET: 'short-and-sweet' }, named: 'GATEHOUSE_SECRET' },
  { env: { GATEHOUSE_SECRET: 'abcabcabcabcabcabcabcabcabcabcabcabcabcabc' }, named: 'GATEHOUSE_SECRET' },
  { env: { BOOTSTRAP_ADMIN_EMAIL: 'not-an-address' }, named: 'BOOTSTRAP_ADMIN_EMAIL' },
  { env: { BOOTSTRAP_ADMIN_PASSWORD: 'password1234' }, named: 'BOOTSTRAP_ADMIN_PASSWORD' },
  { env: { BREAK_GLASS_ENABLED: 'definitely' }, named: 'BREAK_GLASS_ENABLED' },
  { env: { MASTER_KEY: 'masterkeymasterkeymasterkeymasterkey' }, named: 'MASTER_KEY' },
  { env: { BREAK_GLASS_PERMISSIONS: 'everything,*' }, named: 'BREAK_GLASS_PERMISSIONS' },
  { env: { LEGACY_API_KEY: 'legacylegacylegacylegacy' }, named: 'LEGACY_API_KEY' },
  { env: { API_KEY_PREFIX: 'Not A Prefix' }, named: 'API_KEY_PREFIX' },
  { env: { ACCESS_TOKEN_TTL: 'a fortnight' }, named: 'ACCESS_TOKEN_TTL' },
  { env: { LOG_LEVEL: 'chatty' }, named: 'LOG_LEVEL' },
  { env: { GATEHOUSE_TYPO: 'value-of-the-typo' }, named: 'GATEHOUSE_TYPO' },
  { env: { GATEHOUSE_CONFIG: 'broken.yaml' }, named: 'broken.yaml' },
  { env: { GATEHOUSE_CONFIG: 'missing.yaml' }, named: 'GATEHOUSE_CONFIG' },
];

/** Right by themselves, but something else is missing. */
const incomplete: Refused[] = [
  { env: { DATABASE_URL: 'postgres://root:sesame-open@db.example/x' }, named: 'GATEHOUSE_SECRET' },
  { env: { BREAK_GLASS_ENABLED: 'true', BREAK_GLASS_PERMISSIONS: 'admin.audit' }, named: 'MASTER_KEY' },
  { env: { BREAK_GLASS_ENABLED: 'true', MASTER_KEY: secret }, named: 'BREAK_GLASS_PERMISSIONS' },
  { env: { LEGACY_API_KEY: secret, LEGACY_API_KEY_ROLE: 'viewer' }, named: 'LEGACY_API_KEY_TENANT' },
  { env: { LEGACY_API_KEY: secret, LEGACY_API_KEY_TENANT: 'operator' }, named: 'LEGACY_API_KEY_ROLE' },
  { env: { MASTER_KEY: secret, GATEHOUSE_SECRET: secret }, named: 'MASTER_KEY' },
];

it.each([...wrong, ...incomplete])(
  '$named stops the start, by name and without its value',
  ({ env, named }) => {
    const message = messageOf(() => loadConfig(env, cwd));
    expect(message).toContain(`  ${named}`);
    for (const value of secretsIn(env)) expect(message).not.toContain(value);
  },
);

describe('the program', () => {
  it('ends with 1 and says all that is wrong at once', async () => {
    const env = Object.assign({}, ...wrong.map(({ env: one }) => one)) as Record<string, string>;
    const { stdout, stderr, ...ended } = await refused({ ...env, GATEHOUSE_CONFIG: 'broken.yaml' });
    expect(ended).toEqual({ code: 1, signal: null });
    expect(stdout).toBe('');
    for (const { named } of wrong) if (named !== 'GATEHOUSE_CONFIG') expect(stderr).toContain(`\n  ${named}`);
    for (const value of secretsIn(env)) expect(stderr).not.toContain(value);
  });

  it('ends with 1 and says what is missing', async () => {
    const { stdout, stderr, ...ended } = await refused({ DATABASE_URL: database.url });
    expect(ended).toEqual({ code: 1, signal: null });
    expect(stderr).toMatch(
      /^The configuration cannot be used:\n {2}GATEHOUSE_SECRET must be set with DATABASE_URL.*\n$/,
    );
    expect(stdout + stderr).not.toContain(database.url);
  });

  it('says that its port is taken, founds nothing, and leaves nobody with a password that was never shown', async () => {
    const taken: Server = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const env = { DATABASE_URL: database.url, GATEHOUSE_SECRET: secret, PORT: String(port) };
    const { stderr, ...ended } = await refused(env);
    taken.close();
    expect(ended).toMatchObject({ code: 1, signal: null });
    expect(stderr).toBe(`gatehouse: PORT: something else listens on port ${port} already\n`);
    expect(await query(database.url, 'SELECT count(*)::int AS answer FROM gatehouse.users')).toBe(0);
  });

  it('says that GATEHOUSE_SECRET is not the one its database was set up with', async () => {
    // The start above has made the signing key.
    const { stderr, ...ended } = await refused({ DATABASE_URL: database.url, GATEHOUSE_SECRET: otherSecret });
    expect(ended).toMatchObject({ code: 1, signal: null });
    expect(stderr).toMatch(/^gatehouse: .*GATEHOUSE_SECRET.*\n$/);
  });

  it('told to stop while it waits for its database, it goes at once', async () => {
    const env = {
      ...unreachable(await freePort()),
      GATEHOUSE_SECRET: secret,
      PORT: String(await freePort()),
    };
    const program = await startProgram({ cwd, env });
    await eventually(() => program.output().stdout.includes('waiting for the database'));
    expect(await program.end('SIGTERM', 5000)).toEqual({ code: 1, signal: null });
    expect(program.output().stderr).toBe('gatehouse: interrupted while waiting for the database\n');
  });
});

describe('a database that cannot be used', () => {
  it.each(['refuse', 'reset', 'blackhole'] as const)(
    'is given up after a while when it is not there (%s)',
    async (mode) => {
      const { proxy } = await proxied(database.url);
      proxy.mode(mode);
      try {
        const before = performance.now();
        const message = await troubleWith(unreachable(proxy.port));
        expect(message).toMatch(/^no database answers at the address in DATABASE_URL \(.+\)$/);
        expect(performance.now() - before).toBeLessThan(8000);
      } finally {
        await proxy.close();
      }
    },
  );

  it('by its password: the sentence names DATABASE_URL', async () => {
    const url = new URL(database.url);
    url.password = 'sesame-open';
    if (await isWelcome(url.href))
      return console.warn('SKIPPED: this server lets everybody in without a password.');
    expect(await troubleWith({ DATABASE_URL: url.href })).toBe(
      'the server in DATABASE_URL refuses the user or the password that stand there',
    );
  });

  it('because it is not there: the sentence names DATABASE_URL', async () => {
    const url = new URL(database.url);
    url.pathname = '/no-such-database';
    expect(await troubleWith({ DATABASE_URL: url.href })).toBe(
      'the server in DATABASE_URL has no database of the name that stands there',
    );
  });

  it('because nobody has migrated it, with migrations switched off: the sentence says what to do', async () => {
    const empty = await createDatabase();
    try {
      const message = await troubleWith({ DATABASE_URL: empty.url, GATEHOUSE_MIGRATE: 'off' });
      expect(message).toMatch(/^the database is not set up for this installation: .*gatehouse migrate/);
      expect(await query(empty.url, `SELECT to_regnamespace('gatehouse') IS NULL AS answer`)).toBe(true);
    } finally {
      await empty.drop();
    }
  });

  it('because it was set up with another secret, with migrations switched off: the sentence names GATEHOUSE_SECRET', async () => {
    const env = {
      DATABASE_URL: database.url,
      GATEHOUSE_MIGRATE: 'off',
      GATEHOUSE_SECRET: `${otherSecret}-third`,
    };
    expect(await troubleWith(env)).toMatch(
      /^the database is not set up for this installation: .*GATEHOUSE_SECRET/,
    );
  });
});

interface Refusal extends Ended {
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the program and waits for its end. */
async function refused(env: Readonly<Record<string, string>>): Promise<Refusal> {
  const program = await startProgram({ cwd, env });
  const ended = await program.ended();
  return { ...ended, ...program.output() };
}

/** What openDatabase says of a database, when it is not very patient. */
async function troubleWith(env: Readonly<Record<string, string>>): Promise<string> {
  const config = loadConfig({ GATEHOUSE_SECRET: secret, ...env }, cwd);
  const catalogue = new PermissionCatalogue([]);
  const opening = openDatabase(config, config.secret ?? new Secret(''), catalogue, {
    say: () => undefined,
    patienceMs: 600,
  });
  return opening.then(
    async (opened) => {
      await opened.close();
      return 'no trouble at all';
    },
    (error: unknown) => (error as Error).message,
  );
}

function unreachable(port: number): { readonly DATABASE_URL: string } {
  return { DATABASE_URL: `postgres://root:sesame-open@127.0.0.1:${port}/x` };
}

/** The values, and the passwords in them. Such as are part of every message are none. */
function secretsIn(env: Readonly<Record<string, string>>): string[] {
  return Object.values(env)
    .filter((value) => !/^(true|viewer|operator|admin\.audit|.*\.yaml)$/.test(value))
    .flatMap((value) => [value, ...(value.includes('sesame-open') ? ['sesame-open'] : [])]);
}

function messageOf(work: () => unknown): string {
  try {
    work();
    return 'nothing is wrong';
  } catch (error) {
    return (error as Error).message;
  }
}

function isWelcome(url: string): Promise<boolean> {
  return query(url, 'SELECT 1').then(
    () => true,
    () => false,
  );
}
