import { execFile } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { hasCode } from './files.js';

const POLL_MS = 20;
const FAST_SHUTDOWN_LIMIT_MS = 10_000;
const UNWRITTEN_AFTER_MS = 2_000;

/** PostgreSQL's main process for one data directory, found running. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** False while it starts, recovers or stops. */
  readonly ready: boolean;
}

/**
 * The postmaster that runs on this data directory now, whoever started it; undefined when none does.
 *
 * Its lock file alone proves nothing: after a `kill -9` or a reboot it remains, and its process id may by now be some other
 * program's, which we must neither wait for nor signal. So the process itself is asked what it is.
 */
export async function findPostmaster(dataDir: string): Promise<Postmaster | undefined> {
  const lock = await readLock(dataDir);
  if (!lock || !(await isPostmasterOf(lock.pid, dataDir))) return undefined;
  return lock;
}

/**
 * Removes a lock file that PostgreSQL itself would take for a running server's: one whose process id now belongs to another
 * program, or one left empty by a crash. Call only when `findPostmaster` found none. Data stay safe even if that
 * was wrong: PostgreSQL also checks for shared memory still in use on the same directory.
 */
export async function clearStaleLock(dataDir: string): Promise<void> {
  const file = lockFile(dataDir);
  const found = await stat(file).catch(() => undefined);
  if (!found) return;
  // A server that has just begun may not have written its lock file yet.
  if (found.size === 0 && Date.now() - found.mtimeMs < UNWRITTEN_AFTER_MS) return;
  const lock = await readLock(dataDir);
  if (lock && (!isAlive(lock.pid) || (await isPostmasterOf(lock.pid, dataDir)))) return;
  await rm(file, { force: true });
}

/**
 * Fast shutdown: sessions are cut, a checkpoint is written, so the next start needs no recovery. Resolves when the
 * process is gone. One that hasn't stopped after 10 seconds is killed; its data are recovered at the next start.
 */
export async function stopPostmaster(pid: number, dataDir: string): Promise<void> {
  if (!(await signal(pid, dataDir, 'SIGINT'))) return;
  if (await isGone(pid, dataDir, FAST_SHUTDOWN_LIMIT_MS)) return;
  await signal(pid, dataDir, 'SIGKILL');
  if (await isGone(pid, dataDir, FAST_SHUTDOWN_LIMIT_MS)) return;
  throw new Error(`PostgreSQL (process ${pid}) on ${dataDir} could not be stopped.`);
}

/** Lines 1, 4 and 8 of postmaster.pid: process id, port, state. Lines are missing while it is being written. */
async function readLock(dataDir: string): Promise<Postmaster | undefined> {
  const lines = (await readFile(lockFile(dataDir), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const port = Number(lines[3]);
  return { pid, port, ready: port > 0 && lines[7]?.trim() === 'ready' };
}

function lockFile(dataDir: string): string {
  return path.join(dataDir, 'postmaster.pid');
}

/** Checks again right before, so that a process id that has changed hands is never signalled. Returns whether it was sent. */
async function signal(pid: number, dataDir: string, name: 'SIGINT' | 'SIGKILL'): Promise<boolean> {
  if (!(await isPostmasterOf(pid, dataDir))) return false;
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

async function isGone(pid: number, dataDir: string, withinMs: number): Promise<boolean> {
  for (const until = Date.now() + withinMs; Date.now() < until; await delay(POLL_MS)) {
    if (!(await isPostmasterOf(pid, dataDir))) return true;
  }
  return false;
}

/** Whether the process runs PostgreSQL on that directory. A zombie has no command line any more, and so counts as gone. */
async function isPostmasterOf(pid: number, dataDir: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  // Windows can't be asked without a further program; there, a living process id has to do.
  if (process.platform === 'win32') return true;
  if (process.platform === 'linux') {
    const [program = '', ...options] = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split(
      '\0',
    );
    const directory = options[options.indexOf('-D') + 1];
    return path.basename(program) === 'postgres' && directory !== undefined && isSame(directory, dataDir);
  }
  const shown = promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
  const { stdout } = await shown.catch(() => ({ stdout: '' }));
  return stdout.includes('postgres') && stdout.includes(` -D ${dataDir} `);
}

/** The same directory, also when it was reached by another path, as through a bind mount. */
async function isSame(directory: string, dataDir: string): Promise<boolean> {
  if (directory === dataDir) return true;
  const [one, other] = await Promise.all([
    stat(directory).catch(() => undefined),
    stat(dataDir).catch(() => undefined),
  ]);
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
}

/** Whether a process of this id exists, anybody's. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Not ours to signal means not ours at all, but there.
    return hasCode(error, 'EPERM');
  }
}
