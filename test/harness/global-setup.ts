import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/storage/embedded-postgres.js';
import { findPostmaster, isAlive, stopPostmaster } from '../../src/storage/embedded/postmaster.js';
import { prepareTemplate } from './template.js';

declare global {
  // What the set-up hands to the tear-down: the two share the process and nothing else.
  var gatehouseTestServer: { readonly server: EmbeddedPostgres; readonly dir: string } | undefined;
}

const PREFIX = 'gatehouse-test-';

/**
 * One PostgreSQL server for the whole run: the one `TEST_DATABASE_URL` names (its user must be a superuser), else an embedded one
 * with its data in a temporary directory. Tests find its address in `GATEHOUSE_TEST_PG` and use it by `createDatabase`.
 */
export default async function globalSetup(): Promise<void> {
  const adminUrl = process.env.TEST_DATABASE_URL ?? (await startServer());
  process.env.GATEHOUSE_TEST_PG = adminUrl;
  await prepareTemplate(adminUrl);
}

async function startServer(): Promise<string> {
  await removeLeftovers();
  const dir = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  // Run by root, the server is another account's and has to pass through.
  await chmod(dir, 0o711);
  const server = await startEmbeddedPostgres(dir, { fsync: false, maxConnections: 300 });
  globalThis.gatehouseTestServer = { server, dir };
  return server.url;
}

/** Servers and data of runs that were killed before their tear-down. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(name.match(/^gatehouse-(?:test|clusters)-(\d+)-/)?.[1]);
    if (!pid || isAlive(pid)) continue;
    const dir = path.join(tmpdir(), name);
    const dataDir = path.join(dir, 'pgdata');
    const running = await findPostmaster(dataDir);
    if (running) await stopPostmaster(running.pid, dataDir);
    // Another account's are left to it.
    await rm(dir, { recursive: true, force: true }).catch(() => undefined);
  }
}
