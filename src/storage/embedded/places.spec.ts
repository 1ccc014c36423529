import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { clusterFolder, type ClusterFolder } from '../../../test/harness/cluster-folder.js';
import {
  binariesOf,
  buildCheckout,
  launch,
  type LaunchOptions,
} from '../../../test/harness/launcher-program.js';
import { query } from '../../../test/harness/query.js';
import { startEmbeddedPostgres } from '../embedded-postgres.js';
import { findPostmaster } from './postmaster.js';

const isRoot = process.getuid?.() === 0;
const nobody = isRoot ? accountNamed('nobody') : undefined;
const asRoot = isRoot ? it : it.skip;
/** Root can try out what an ordinary user finds, if others may run this Node at all. */
const asNobody = nobody && canRunNode(nobody) ? it : it.skip;

let folder: ClusterFolder;
let checkout: string;
beforeAll(async () => {
  folder = await clusterFolder();
  checkout = path.join(folder.path, 'checkout');
  await buildCheckout(checkout, 'copied');
});
afterAll(() => folder.remove());

const start = async (dir: string) =>
  folder.watch(await startEmbeddedPostgres(path.join(folder.path, dir), { fsync: false }));
const startFrom = async (from: string, dir: string, options?: LaunchOptions) =>
  folder.watch(await launch(from, path.join(folder.path, dir), options));

describe('run by root', () => {
  asRoot('the server runs as another account, which owns the data', async () => {
    const server = await start('dropped');
    const running = await findPostmaster(server.dataDir);
    const { uid } = await stat(`/proc/${running?.pid}`);
    expect(uid).not.toBe(0);
    expect((await stat(server.dataDir)).uid).toBe(uid);
    await server.stop();
  });

  asRoot(
    'a private (0700) home with the checkout in it stays private, and the cluster works over restarts',
    async () => {
      const home = path.join(folder.path, 'private home');
      await mkdir(home, { mode: 0o700 });
      await buildCheckout(path.join(home, 'checkout'), 'copied');
      const from = path.join(home, 'checkout');

      const first = await startFrom(from, 'private home/checkout/.gatehouse');
      await query(first.url, 'create table kept as select 42 as answer');
      expect(path.relative(home, first.dataDir)).toMatch(/^\.\./);
      await first.stop();

      const second = await startFrom(from, 'private home/checkout/.gatehouse');
      expect(second.dataDir).toBe(first.dataDir);
      expect(await query(second.url, 'select answer from kept')).toBe(42);
      await second.stop();
      expect((await stat(home)).mode & 0o777).toBe(0o700);
      expect((await stat(path.join(from, '.gatehouse/postgres.password'))).mode & 0o777).toBe(0o600);
    },
  );

  asRoot('a new directory in the place of a deleted one begins with an empty database', async () => {
    const home = path.join(folder.path, 'private and deleted');
    await mkdir(home, { mode: 0o700 });
    const first = await start('private and deleted/db');
    await query(first.url, 'create table old as select 1');
    await first.stop();
    await rm(path.join(home, 'db'), { recursive: true });

    const second = await start('private and deleted/db');
    expect(await query(second.url, "select to_regclass('old') as answer")).toBeNull();
    await second.stop();
  });

  asRoot(
    'data that were moved and have disappeared are not silently replaced by an empty database',
    async () => {
      const home = path.join(folder.path, 'private and lost');
      await mkdir(home, { mode: 0o700 });
      const server = await start('private and lost/db');
      await server.stop();
      await rm(path.dirname(server.dataDir), { recursive: true });
      await expect(start('private and lost/db')).rejects.toThrow(/was kept in .* which is missing/);
    },
  );
});

describe('run by an ordinary user', () => {
  asNobody("the server is that user's, starts, stops and keeps its data", async () => {
    await ownDirectory('ordinary');
    const first = await startFrom(checkout, 'ordinary/db', { account: nobody });
    await query(first.url, 'create table kept as select 42 as answer');
    expect(await readFile('/etc/passwd', 'utf8')).toContain(`:${(await stat(first.dataDir)).uid}:`);
    expect((await stat(first.dataDir)).uid).toBe(nobody?.uid);
    await first.stop();
    const second = await startFrom(checkout, 'ordinary/db', { account: nobody });
    expect(await query(second.url, 'select answer from kept')).toBe(42);
    await second.stop();
  });

  asNobody("a directory of that user also works for root, and is still the user's afterwards", async () => {
    await ownDirectory('either');
    const first = await startFrom(checkout, 'either/db', { account: nobody });
    await query(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    const second = await start('either/db');
    expect(await query(second.url, 'select answer from kept')).toBe(42);
    await second.stop();
    const third = await startFrom(checkout, 'either/db', { account: nobody });
    expect(await query(third.url, 'select answer from kept')).toBe(42);
    await third.stop();
  });

  asNobody("a directory of somebody else's is refused in a sentence", async () => {
    const roots = await start('of root');
    await roots.stop();
    await expect(startFrom(checkout, 'of root', { account: nobody })).rejects.toThrow(
      /belongs to the account with uid \d+, and Gatehouse runs as uid/,
    );
    await mkdir(path.join(folder.path, 'empty, of root'), { mode: 0o755 });
    await expect(startFrom(checkout, 'empty, of root', { account: nobody })).rejects.toThrow(
      /may not write there/,
    );
    await expect(startFrom(checkout, 'empty, of root/db', { account: nobody })).rejects.toThrow(
      /cannot be created/,
    );
  });
});

describe('where install scripts are disabled, so that library links are missing', () => {
  it('they are made where the package is', async () => {
    const from = path.join(folder.path, 'without links');
    await buildCheckout(from, 'copied');
    const removed = await removeLinks(binariesOf(from));
    expect(removed.length).toBeGreaterThan(0);
    const server = await startFrom(from, 'without links, data');
    expect(await query(server.url, 'select 1 as answer')).toBe(1);
    await server.stop();
    expect(await readdir(path.join(binariesOf(from), 'lib'))).toEqual(expect.arrayContaining(removed));
  });

  asNobody('and the package may not be written to, a whole copy is made in the data directory', async () => {
    const from = path.join(folder.path, 'read-only');
    await buildCheckout(from, 'copied');
    await removeLinks(binariesOf(from));
    await ownDirectory('read-only, data');
    const server = await startFrom(from, 'read-only, data/db', { account: nobody });
    expect(await query(server.url, 'select 1 as answer')).toBe(1);
    await server.stop();
    expect((await readdir(path.join(folder.path, 'read-only, data/db'))).join()).toContain('postgresql-');
  });
});

describe('where there are no binaries', () => {
  it('the error names DATABASE_URL', async () => {
    const from = path.join(folder.path, 'no binaries');
    await buildCheckout(from, 'none');
    await expect(startFrom(from, 'no binaries, data')).rejects.toThrow(
      /no embedded PostgreSQL for \S+-\S+\. Set DATABASE_URL/,
    );
  });

  it('or none that run, likewise', async () => {
    const from = path.join(folder.path, 'broken binaries');
    await buildCheckout(from, 'copied');
    await writeFile(path.join(binariesOf(from), 'bin/postgres'), 'not a program');
    await expect(startFrom(from, 'broken binaries, data')).rejects.toThrow(
      /does not run on this machine.*Set DATABASE_URL/,
    );
  });
});

describe('a directory reached by another path', () => {
  it('is the same cluster', async () => {
    const direct = await start('direct');
    await symlink(path.join(folder.path, 'direct'), path.join(folder.path, 'by link'));
    const linked = await start('by link');
    expect(linked.url).toBe(direct.url);
    expect(linked.dataDir).toBe(direct.dataDir);
    await direct.stop();
    await linked.stop();
  });
});

async function ownDirectory(name: string): Promise<void> {
  const directory = path.join(folder.path, name);
  await mkdir(directory, { mode: 0o755 });
  if (nobody) await chown(directory, nobody.uid, nobody.gid);
}

async function removeLinks(native: string): Promise<string[]> {
  const lib = path.join(native, 'lib');
  await chmod(lib, 0o755);
  const links = (await readdir(lib, { withFileTypes: true }))
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => entry.name);
  for (const link of links) await rm(path.join(lib, link));
  return links;
}

function accountNamed(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

function canRunNode(account: { uid: number; gid: number }): boolean {
  return spawnSync(process.execPath, ['--version'], { cwd: '/', ...account }).status === 0;
}
