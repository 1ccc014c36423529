import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { clusterFolder, type ClusterFolder } from '../../../test/harness/cluster-folder.js';
import { buildCheckout, launch } from '../../../test/harness/launcher-program.js';
import { query, queryUntil } from '../../../test/harness/query.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../embedded-postgres.js';
import { findPostmaster, isAlive } from './postmaster.js';

let folder: ClusterFolder;
let checkout: string;
beforeAll(async () => {
  folder = await clusterFolder();
  checkout = path.join(folder.path, 'checkout');
  await buildCheckout(checkout, 'linked');
});
afterAll(() => folder.remove());

const place = (name: string) => path.join(folder.path, name);
const start = async (name: string) =>
  folder.watch(await startEmbeddedPostgres(place(name), { fsync: false }));
const startElsewhere = async (name: string) => folder.watch(await launch(checkout, place(name)));

describe('after kill -9 of Gatehouse', () => {
  it('the next start uses the server that was left running, and stops it in the end', async () => {
    const killed = await startElsewhere('orphan');
    await query(killed.url, 'create table kept as select 42 as answer');
    const orphan = await postmasterOf(killed);
    await killed.kill();
    expect(isAlive(orphan)).toBe(true);

    const next = await start('orphan');
    expect(await postmasterOf(next)).toBe(orphan);
    expect(next.url).toBe(killed.url);
    expect(await query(next.url, 'select answer from kept')).toBe(42);
    await next.stop();
    expect(await findPostmaster(next.dataDir)).toBeUndefined();
  });
});

describe('after kill -9 of PostgreSQL', () => {
  it('a running Gatehouse brings it back at the same address, with what was committed', async () => {
    const server = await start('crash');
    await query(server.url, 'create table kept as select 42 as answer');
    const crashed = await postmasterOf(server);
    process.kill(crashed, 'SIGKILL');
    expect(await queryUntil(server.url, 'select answer from kept', 42)).toBe(42);
    expect(await postmasterOf(server)).not.toBe(crashed);
    await server.stop();
    expect(await findPostmaster(server.dataDir)).toBeUndefined();
  });

  it('and of Gatehouse, the next start recovers', async () => {
    const killed = await startElsewhere('both');
    await query(killed.url, 'create table kept as select 42 as answer');
    await killed.kill();
    process.kill(await postmasterOf(killed), 'SIGKILL');
    const next = await start('both');
    expect(await query(next.url, 'select answer from kept')).toBe(42);
    await next.stop();
  });

  it('a stop while it is being brought back leaves nothing running', async () => {
    let noticed = () => {};
    const lost = new Promise<void>((resolve) => (noticed = resolve));
    const log = (line: string) => (line.includes('was lost') ? noticed() : undefined);
    const server = folder.watch(await startEmbeddedPostgres(place('crash and stop'), { fsync: false, log }));
    process.kill(await postmasterOf(server), 'SIGKILL');
    await lost;
    await server.stop();
    expect(await findPostmaster(server.dataDir)).toBeUndefined();
    await expect(query(server.url, 'select 1 as answer')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a lock file that was left behind', () => {
  it('does not stop the next start when its process id is another program by now, which is left alone', async () => {
    const server = await start('stale');
    const lockFile = path.join(server.dataDir, 'postmaster.pid');
    const lock = await readFile(lockFile, 'utf8');
    await server.stop();
    const { uid, gid } = await stat(server.dataDir);
    // Of the server's own account: others PostgreSQL sees through by itself.
    const bystander = spawn('sleep', ['60'], { cwd: '/', ...(process.getuid?.() === 0 && { uid, gid }) });
    const ended = once(bystander, 'exit');
    await writeFile(lockFile, lock.replace(/^\d+/, String(bystander.pid)), { mode: 0o600 });
    await chown(lockFile, uid, gid);

    const next = await start('stale');
    expect(await query(next.url, 'select 1 as answer')).toBe(1);
    await next.stop();
    expect(bystander.exitCode).toBeNull();
    bystander.kill();
    await ended;
  });
});

describe('two processes on one directory', () => {
  it('share the server, and the last to stop stops it', async () => {
    const first = await startElsewhere('shared');
    const second = await start('shared');
    expect(second.url).toBe(first.url);
    await first.stop();
    expect(await query(second.url, 'select 1 as answer')).toBe(1);
    await second.stop();
    expect(await findPostmaster(second.dataDir)).toBeUndefined();
  });

  it('and the second goes on when the first, whose child the server is, gets kill -9', async () => {
    const first = await startElsewhere('shared, killed');
    const second = await start('shared, killed');
    await first.kill();
    expect(await query(second.url, 'select 1 as answer')).toBe(1);
    await second.stop();
    expect(await findPostmaster(second.dataDir)).toBeUndefined();
  });

  it('both bring back a server that died, and still share it', async () => {
    const first = await startElsewhere('shared, crashed');
    const second = await start('shared, crashed');
    process.kill(await postmasterOf(second), 'SIGKILL');
    expect(await queryUntil(second.url, HOLDERS, '2')).toBe('2');
    await second.stop();
    expect(await query(first.url, 'select 1 as answer')).toBe(1);
    await first.stop();
    expect(await findPostmaster(first.dataDir)).toBeUndefined();
  });

  it('may be starting for the first time at the same moment, four of them', async () => {
    const started = await Promise.all([
      startElsewhere('race'),
      startElsewhere('race'),
      start('race'),
      start('race'),
    ]);
    expect(new Set(started.map((server) => server.url)).size).toBe(1);
    for (const server of started) expect(await query(server.url, 'select 1 as answer')).toBe(1);
    await Promise.all(started.map((server) => server.stop()));
    for (const server of started) expect(await findPostmaster(server.dataDir)).toBeUndefined();
  });

  it('may stop and start at the same moment', async () => {
    let current: EmbeddedPostgres = await start('relay');
    for (let turn = 0; turn < 5; turn++) {
      const [next] = await Promise.all([start('relay'), current.stop()]);
      expect(await query(next.url, 'select 1 as answer')).toBe(1);
      current = next;
    }
    await current.stop();
  });
});

/** How many processes hold the cluster. */
const HOLDERS =
  "select count(*) as answer from pg_locks where locktype = 'advisory' and mode = 'ShareLock' and granted";

async function postmasterOf(server: { readonly dataDir: string }): Promise<number> {
  const running = await findPostmaster(server.dataDir);
  if (!running) throw new Error(`No server runs on ${server.dataDir}`);
  return running.pid;
}
