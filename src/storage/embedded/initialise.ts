import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { startedAs } from './account.js';
import type { Binaries } from './binaries.js';
import { flushDirectory, unfinished } from './files.js';
import type { ClusterHome } from './home.js';

/**
 * Makes the home's cluster if there is none. It is made aside and put in place by one rename, so that a start that was
 * killed leaves nothing half made, and of two first starts at once one wins and the other uses the winner's.
 *
 * @param password the one of the cluster's owner, `postgres`; every connection has to prove it (SCRAM-SHA-256)
 * @param durable false leaves the flushing to the operating system
 * @returns whether this call made it
 * @throws Error with what `initdb` said
 */
export async function initialiseCluster(
  home: ClusterHome,
  binaries: Binaries,
  password: string,
  durable: boolean,
): Promise<boolean> {
  if (existsSync(path.join(home.dataDir, 'PG_VERSION'))) return false;
  const draft = unfinished(home.dataDir);
  const passwordFile = unfinished(path.join(home.directory, 'initdb-password'));
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
    if (home.account) {
      await chown(draft, home.account.uid, home.account.gid);
      await chown(passwordFile, home.account.uid, home.account.gid);
    }
    await runInitdb(home, binaries, draft, passwordFile, durable);
    return await putInPlace(draft, home.dataDir, durable);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

async function runInitdb(
  home: ClusterHome,
  binaries: Binaries,
  draft: string,
  passwordFile: string,
  durable: boolean,
): Promise<void> {
  const options = [
    `--pgdata=${draft}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Built in, so that sort order is the same on every machine and never changes with the system's C library.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ];
  try {
    await promisify(execFile)(binaries.initdb, options, startedAs(home.account));
  } catch (error) {
    throw new Error(`A new PostgreSQL cluster could not be made in ${home.directory}: ${complaint(error)}`, {
      cause: error,
    });
  }
}

async function putInPlace(draft: string, dataDir: string, durable: boolean): Promise<boolean> {
  try {
    await rename(draft, dataDir);
  } catch (error) {
    if (existsSync(path.join(dataDir, 'PG_VERSION'))) return false;
    throw error;
  }
  if (durable) await flushDirectory(path.dirname(dataDir));
  return true;
}

/** What a failed program wrote about it, in one line. It never holds the password, which initdb got by a file. */
function complaint(error: unknown): string {
  const written =
    typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : '';
  const reasons = written.split('\n').filter((line) => /error|fatal/i.test(line));
  return reasons.join(' ') || 'initdb could not be run';
}
