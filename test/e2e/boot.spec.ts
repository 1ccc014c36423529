import { execFile } from 'node:child_process';
import { access, chown, copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { findPostmaster, isAlive } from '../../src/storage/embedded/postmaster.js';
import { clusterFolder, type ClusterFolder } from '../harness/cluster-folder.js';
import { logIn } from '../harness/gatehouse.js';
import { HttpClient } from '../harness/http-client.js';
import { makeKey } from '../harness/people.js';
import { createDatabase } from '../harness/postgres.js';
import { freePort, startProgram, type Program } from '../harness/program.js';
import { query } from '../harness/query.js';

const root = path.resolve(import.meta.dirname, '../..');

/** What replicas have in common: their clients know one address. */
const together = { PUBLIC_URL: 'http://gatehouse.test' };

let folder: ClusterFolder;
beforeAll(async () => {
  folder = await clusterFolder();
});
afterAll(() => folder.remove());

describe('a start with nothing but the shipped configuration', () => {
  let home: Home;
  let first: Running;
  let password: string;
  let key: string;
  beforeAll(async () => {
    home = await makeHome('zero');
    first = await home.start();
  });

  it('says where it is, and who the first admin is, whose password it says once', () => {
    const { stdout, stderr } = first.program.output();
    expect(stdout).toContain(`Gatehouse is at http://localhost:${first.port}\n`);
    expect(stdout).toMatch(/first admin +admin@localhost\n/);
    password = /password +(\S+) /.exec(stdout)?.[1] ?? '';
    expect(password.length).toBeGreaterThanOrEqual(20);
    // In its own line and, ready to be pasted, in the one that logs in.
    expect(stdout.split(password).length - 1).toBe(2);
    expect(stderr).not.toContain(password);
  });

  it('its two curl lines do what they say when they are pasted: refused, and let through', async () => {
    const lines = first.program
      .output()
      .stdout.split('\n')
      .filter((line) => line.startsWith('  curl '));
    expect(lines.length).toBe(2);
    if (!(await hasCurl()))
      return console.warn('SKIPPED: there is no curl on this machine to paste the lines to.');
    const answers = await Promise.all(lines.map((line) => promisify(execFile)('bash', ['-c', line])));
    expect(answers.map(({ stdout }) => stdout.split('\r\n')[0])).toEqual([
      'HTTP/1.1 401 Unauthorized',
      'HTTP/1.1 200 OK',
    ]);
    expect(answers[1]?.stdout).toContain('shop.example');
  });

  it('told to stop, it ends with 0 and takes its database server with it', async () => {
    key = (await makeKey(first.http, await first.logIn(password), ['scans.read'])).key;
    expect(await findPostmaster(home.dataDir)).toBeDefined();
    expect(await first.program.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await findPostmaster(home.dataDir)).toBeUndefined();
  });

  it('started again it says no password, and everything is still there, also after kill -9', async () => {
    const second = await home.start();
    expect(second.program.output().stdout).not.toMatch(new RegExp(`${password}|first admin|password {2}`));
    expect((await second.http.get('/scans', { key })).status).toBe(200);
    const server = await findPostmaster(home.dataDir);
    await second.program.end('SIGKILL');
    expect(isAlive(server?.pid ?? 0)).toBe(true);

    const third = await home.start();
    expect((await third.http.get('/scans', { key })).status).toBe(200);
    await third.logIn(password);
    expect(await third.program.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await findPostmaster(home.dataDir)).toBeUndefined();
  });

  it('keeps its own secret readable for its own account alone', async () => {
    const { mode } = await stat(path.join(home.path, '.gatehouse/secret'));
    expect(mode & 0o777).toBe(0o600);
  });
});

it('an ordinary user can start it', async () => {
  if (process.getuid?.() !== 0) return console.warn('SKIPPED: all tests run as an ordinary user already.');
  const nobody = await accountOf('nobody');
  const home = await makeHome('ordinary', nobody);
  const { program, http } = await home.start();
  expect((await http.get('/scans')).status).toBe(401);
  expect((await http.get('/status')).status).toBe(200);
  expect(await program.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(await findPostmaster(home.dataDir)).toBeUndefined();
});

it('two that are started at once in one folder share one database, and one of them says the password', async () => {
  const home = await makeHome('twins');
  const twins = await Promise.all([home.start(together), home.start(together)]);
  const said = twins.flatMap(({ program }) => /password +(\S+) /.exec(program.output().stdout)?.[1] ?? []);
  expect(said.length).toBe(1);
  const tokens = await Promise.all(twins.map((twin) => twin.logIn(said[0] ?? '')));
  const [one, other] = twins;
  expect((await one.http.get('/auth/me', { token: tokens[1] })).status).toBe(200);
  expect((await other.http.get('/auth/me', { token: tokens[0] })).status).toBe(200);

  // The first to go leaves the server to the other.
  expect(await one.program.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect((await other.http.get('/auth/me', { token: tokens[0] })).status).toBe(200);
  expect(await other.program.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(await findPostmaster(home.dataDir)).toBeUndefined();
});

it('with DATABASE_URL two replicas found one installation with one signing key, and start no server of their own', async () => {
  const database = await createDatabase();
  const home = await makeHome('replicas');
  const env = {
    ...together,
    DATABASE_URL: database.url,
    GATEHOUSE_SECRET: 'r7Kp-Wq2Zx9Lm4Vt6Nc8Bd3Hf5Js1Gy0Ea_Uo',
  };
  try {
    const replicas = await Promise.all([home.start(env), home.start(env)]);
    const said = replicas.flatMap(
      ({ program }) => /password +(\S+) /.exec(program.output().stdout)?.[1] ?? [],
    );
    expect(said.length).toBe(1);
    expect(await query(database.url, 'SELECT count(*)::int AS answer FROM gatehouse.tenants')).toBe(1);
    expect(await query(database.url, 'SELECT count(*)::int AS answer FROM gatehouse.users')).toBe(1);
    expect(await query(database.url, 'SELECT count(*)::int AS answer FROM gatehouse.signing_keys')).toBe(1);
    const token = await replicas[0].logIn(said[0] ?? '');
    expect((await replicas[1].http.get('/auth/me', { token })).status).toBe(200);
    await expect(access(path.join(home.path, '.gatehouse'))).rejects.toThrow('ENOENT');
    for (const { program } of replicas)
      expect(await program.end('SIGTERM')).toEqual({ code: 0, signal: null });
  } finally {
    await database.drop();
  }
});

interface Running {
  readonly program: Program;
  readonly port: number;
  readonly http: HttpClient;
  logIn(password: string): Promise<string>;
}

/** A folder as a newcomer has it: the shipped configuration, and nothing else. */
interface Home {
  readonly path: string;
  /** Where the embedded server keeps its data. */
  readonly dataDir: string;
  /** Starts the program there, on a free port, and waits until it is ready. */
  start(env?: Readonly<Record<string, string>>): Promise<Running>;
}

async function makeHome(name: string, account?: { uid: number; gid: number }): Promise<Home> {
  const home = path.join(folder.path, name);
  await mkdir(home);
  await copyFile(path.join(root, 'gatehouse.yaml'), path.join(home, 'gatehouse.yaml'));
  if (account) await chown(home, account.uid, account.gid);
  const dataDir = path.join(home, '.gatehouse/postgres/pgdata');
  return {
    path: home,
    dataDir,
    async start(env) {
      const port = await freePort();
      const program = await startProgram({ cwd: home, env: { PORT: String(port), ...env }, account });
      const http = new HttpClient(`http://127.0.0.1:${port}`);
      folder.watch({
        dataDir,
        async stop() {
          await program.end('SIGKILL');
          await http.close();
        },
      });
      await program.ready();
      return { program, port, http, logIn: (password) => logIn(http, 'admin@localhost', password) };
    },
  };
}

async function accountOf(name: string): Promise<{ uid: number; gid: number }> {
  const line = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = (line ?? '').split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

function hasCurl(): Promise<boolean> {
  return promisify(execFile)('curl', ['--version']).then(
    () => true,
    () => false,
  );
}
