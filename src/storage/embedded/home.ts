import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chmod, constants, mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { serverAccount, startedAs, type Account } from './account.js';
import { createOnce, hasCode, removeAbandoned } from './files.js';

/** Where a cluster that its account can't reach in the configured directory is kept instead. */
const ELSEWHERE = '/var/lib/gatehouse';

/** Where one cluster lives, and whose it is. All paths are absolute and free of symbolic links. */
export interface ClusterHome {
  /** The directory that was asked for. Holds the password. */
  readonly configured: string;
  /** Holds the data, the server's log and, if need be, a copy of the binaries. Usually the same directory. */
  readonly directory: string;
  /** PostgreSQL's data directory. */
  readonly dataDir: string;
  /** What PostgreSQL runs as; undefined: as we do. */
  readonly account: Account | undefined;
}

/**
 * Opens the home of the cluster kept in `dir`, creating `dir` if it is missing.
 *
 * Root's PostgreSQL runs as another account, which can't enter a directory beneath a private (0700) home such as /root.
 * Opening somebody's home to it would be worse than moving the data, so the data then lives in /var/lib/gatehouse, and the file
 * `postgres.location` in `dir` says where. The place is drawn at random and not derived from `dir`: a new checkout at the
 * path of a deleted one must not find the old one's database, whose secrets it doesn't have.
 *
 * @throws Error when the data belongs to another account, or was moved and has disappeared
 */
export async function openHome(dir: string): Promise<ClusterHome> {
  const configured = await existingDirectory(dir);
  const directory = (await movedTo(configured)) ?? (await stayOrMove(configured));
  const dataDir = path.join(directory, 'pgdata');
  await assertUsable(dataDir);
  for (const place of new Set([configured, directory])) {
    await access(place, constants.R_OK | constants.W_OK | constants.X_OK).catch((error: unknown) => {
      throw new Error(`The database cannot be kept in ${place}: this account may not write there.`, {
        cause: error,
      });
    });
    await removeAbandoned(place);
  }
  return { configured, directory, dataDir, account: await serverAccount(dataDir) };
}

/**
 * The password of the cluster's owner: 256 random bits in `postgres.password`, made at the first start.
 *
 * @throws Error when there is a cluster but no password any more
 */
export async function ownerPassword(home: ClusterHome): Promise<string> {
  const file = path.join(home.configured, 'postgres.password');
  if (!(await exists(file))) {
    if (await exists(path.join(home.dataDir, 'PG_VERSION'))) {
      throw new Error(
        `The password of the database in ${home.dataDir} is gone: ${file} is missing. Restore that file.`,
      );
    }
    await createOnce(file, randomBytes(32).toString('base64url'));
  }
  return readFile(file, 'utf8');
}

async function existingDirectory(dir: string): Promise<string> {
  try {
    // Root's PostgreSQL has to pass through it as another account; what is private inside has a mode of its own.
    await mkdir(dir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    return await realpath(dir);
  } catch (error) {
    throw new Error(`The directory ${dir} for the database cannot be created or reached by this account.`, {
      cause: error,
    });
  }
}

async function stayOrMove(configured: string): Promise<string> {
  const dataDir = path.join(configured, 'pgdata');
  const account = await serverAccount(dataDir);
  if (!account || (await exists(dataDir)) || (await canEnter(configured, account))) return configured;
  return moveOut(configured, account);
}

async function moveOut(configured: string, account: Account): Promise<string> {
  const directory = path.join(ELSEWHERE, `postgres-${randomBytes(8).toString('hex')}`);
  try {
    await mkdir(directory, { recursive: true });
    // mkdir's mode is subject to the umask, and a strict one would lock the account out here as well.
    await chmod(ELSEWHERE, 0o711);
    await chmod(directory, 0o711);
    await writeFile(path.join(directory, 'belongs-to'), `${configured}\n`, { mode: 0o600 });
  } catch (error) {
    throw new Error(
      `PostgreSQL has to run as ${account.name}, which may not enter ${configured}, and the database cannot be kept in ${ELSEWHERE} either. ` +
        'Choose another data directory, or set DATABASE_URL to use a server of your own.',
      { cause: error },
    );
  }
  if (await createOnce(locationFile(configured), directory)) return directory;
  // Another process was moving it at the same time and was first.
  await rm(directory, { recursive: true, force: true });
  return (await movedTo(configured)) ?? configured;
}

async function movedTo(configured: string): Promise<string | undefined> {
  const note = locationFile(configured);
  const text = await readFile(note, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw new Error(
      `The file ${note} cannot be read by this account. Start Gatehouse as the account that created it.`,
      { cause: error },
    );
  });
  if (text === undefined) return undefined;
  const directory = text.trim();
  if (await exists(directory)) return realpath(directory);
  throw new Error(
    `The database of ${configured} was kept in ${directory}, which is missing. Restore it, or remove ${note} to begin with an empty database.`,
  );
}

function locationFile(configured: string): string {
  return path.join(configured, 'postgres.location');
}

/** PostgreSQL only uses data of its own account; said here, where we can say what to do about it. */
async function assertUsable(dataDir: string): Promise<void> {
  const self = process.getuid?.();
  if (self === undefined || self === 0) return;
  const found = await stat(dataDir).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw new Error(`The database directory ${dataDir} cannot be reached by this account.`, { cause: error });
  });
  if (!found || found.uid === self) return;
  throw new Error(
    `The database in ${dataDir} belongs to the account with uid ${found.uid}, and Gatehouse runs as uid ${self}. ` +
      'Start it as that account or as root, or choose another data directory.',
  );
}

/** Asked of the system and not computed from modes, which would miss access lists and read-only mounts. */
async function canEnter(directory: string, account: Account): Promise<boolean> {
  try {
    await promisify(execFile)('/bin/sh', ['-c', 'test -x "$0"', directory], startedAs(account));
    return true;
  } catch {
    return false;
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
