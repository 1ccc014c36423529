import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { clusterFolder, type ClusterFolder } from '../../../test/harness/cluster-folder.js';
import { query } from '../../../test/harness/query.js';
import { startEmbeddedPostgres } from '../embedded-postgres.js';
import { findPostmaster } from './postmaster.js';

let folder: ClusterFolder;
beforeAll(async () => (folder = await clusterFolder()));
afterAll(() => folder.remove());

const start = async (name: string, log?: (line: string) => void) =>
  folder.watch(await startEmbeddedPostgres(path.join(folder.path, name), { fsync: false, log }));

describe('an embedded server', () => {
  it('is there at the first start, with the database "gatehouse", in a path with spaces', async () => {
    const server = await start('a place with spaces/and more');
    expect(await query(server.url, 'select current_database() as answer')).toBe('gatehouse');
    expect(await query(server.url, "select current_setting('data_directory') as answer")).toBe(
      server.dataDir,
    );
    await server.stop();
  });

  it('keeps its data and its address over a restart', async () => {
    const first = await start('restart');
    await query(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    const second = await start('restart');
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'select answer from kept')).toBe(42);
    await second.stop();
  });

  it('is gone, process and lock file, when stop resolves, however often that is called', async () => {
    const server = await start('stopped');
    await Promise.all([server.stop(), server.stop()]);
    expect(await findPostmaster(server.dataDir)).toBeUndefined();
    expect(await readdir(server.dataDir)).not.toContain('postmaster.pid');
    await expect(query(server.url, 'select 1 as answer')).rejects.toThrow('ECONNREFUSED');
  });

  it('flushes to disk unless told not to', async () => {
    const server = folder.watch(await startEmbeddedPostgres(path.join(folder.path, 'durable')));
    expect(await query(server.url, "select current_setting('fsync') as answer")).toBe('on');
    expect(await query(server.url, "select current_setting('synchronous_commit') as answer")).toBe('on');
    await server.stop();
  });

  it('takes another port when its own was taken meanwhile', async () => {
    const first = await start('port');
    await first.stop();
    const squatter = createServer().listen(first.port, '127.0.0.1');
    const second = await start('port');
    expect(second.port).not.toBe(first.port);
    expect(await query(second.url, 'select 1 as answer')).toBe(1);
    await second.stop();
    squatter.close();
  });
});

describe('who may connect', () => {
  it('is only this machine, over the loopback interface', async () => {
    const server = await start('access');
    expect(await query(server.url, "select current_setting('listen_addresses') as answer")).toBe('127.0.0.1');
    expect(await query(server.url, "select current_setting('unix_socket_directories') as answer")).toBe('');
    for (const address of outsideAddresses()) expect(await accepts(address, server.port)).toBe(false);
  });

  it('is only who proves the password by SCRAM-SHA-256', async () => {
    const server = await start('access');
    const wrong = new URL(server.url);
    wrong.password = 'not-the-password';
    await expect(query(wrong.href, 'select 1 as answer')).rejects.toThrow('password authentication failed');
    expect(
      await query(
        server.url,
        "select string_agg(distinct auth_method, ',') as answer from pg_hba_file_rules",
      ),
    ).toBe('scram-sha-256');
    expect(
      await query(
        server.url,
        "select left(rolpassword, 13) as answer from pg_authid where rolname = 'postgres'",
      ),
    ).toBe('SCRAM-SHA-256');
  });

  it('is not told by a file that others can read', async () => {
    const server = await start('access');
    const file = path.join(folder.path, 'access/postgres.password');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(decodeURIComponent(new URL(server.url).password)).toBe(await readFile(file, 'utf8'));
    expect(await readFile(file, 'utf8')).toMatch(/^[\w-]{43}$/);
    expect((await stat(server.dataDir)).mode & 0o777).toBe(0o700);
  });
});

describe('what can be read afterwards', () => {
  it('holds no password, no failed statement and no row value', async () => {
    const lines: string[] = [];
    const server = await start('log', (line) => lines.push(line));
    await query(server.url, 'create table secrets (value text unique)');
    await query(server.url, "insert into secrets values ('the-row-value')");
    await expect(query(server.url, "insert into secrets values ('the-row-value')")).rejects.toThrow(
      'duplicate key',
    );
    await expect(
      query(server.url, "alter role nobody_of_that_name password 'the-statement'"),
    ).rejects.toThrow('does not exist');
    await server.stop();

    const log = await readFile(path.join(folder.path, 'log/postgres.log'), 'utf8');
    expect(log).toContain('duplicate key');
    expect(lines.join('\n')).toContain('started');
    for (const secret of ['the-row-value', 'the-statement', new URL(server.url).password])
      expect(log + lines.join('\n')).not.toContain(secret);
  });
});

describe('a start that cannot work says why', () => {
  it('when the password is gone', async () => {
    const server = await start('no-password');
    await server.stop();
    await rm(path.join(folder.path, 'no-password/postgres.password'));
    await expect(start('no-password')).rejects.toThrow(/postgres\.password is missing/);
  });

  it('when the password is another, and leaves no server behind', async () => {
    const server = await start('other-password');
    await server.stop();
    await writeFile(path.join(folder.path, 'other-password/postgres.password'), 'a-different-one');
    const failure = await start('other-password').catch((error: unknown) => String(error));
    expect(failure).toContain('refused the password that is kept for it');
    expect(failure).not.toContain('a-different-one');
    expect(await findPostmaster(server.dataDir)).toBeUndefined();
  });

  it('when the data are of another version of PostgreSQL, in the words of PostgreSQL', async () => {
    const server = await start('version');
    await server.stop();
    await writeFile(path.join(server.dataDir, 'PG_VERSION'), '11\n');
    await expect(start('version')).rejects.toThrow(
      /could not be started in .*: FATAL: +database files are incompatible with server\. Its log is/,
    );
  });

  it('when the place is a file', async () => {
    await writeFile(path.join(folder.path, 'a-file'), '');
    await expect(start('a-file')).rejects.toThrow(/directory .*a-file for the database cannot be created/);
  });
});

function outsideAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const answer = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket
      .once('connect', () => answer(true))
      .once('error', () => answer(false))
      .once('timeout', () => answer(false));
  });
}
