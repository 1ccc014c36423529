import { spawn } from 'node:child_process';
import { closeSync, fchownSync, fstatSync, openSync } from 'node:fs';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { startedAs } from './account.js';
import type { Binaries } from './binaries.js';
import type { ClusterHome } from './home.js';

const LOG_LIMIT_BYTES = 10_000_000;

/** How the server is set up; PostgreSQL's names and units. */
export interface ServerSettings {
  readonly maxConnections: number;
  readonly sharedBuffers: string;
  readonly fsync: boolean;
}

/** A postmaster that we have started, which may have ended since. */
export interface Launch {
  readonly pid: number | undefined;
  hasEnded(): boolean;
  /** Why it ended, in its own words. */
  complaint(): Promise<string>;
}

/**
 * Starts a postmaster. It is a process group of its own, so a Ctrl-C meant for Gatehouse doesn't stop the database
 * under its open requests, and it writes to a file, not to a pipe that would break when Gatehouse is killed.
 */
export async function launchPostmaster(
  home: ClusterHome,
  binaries: Binaries,
  port: number,
  settings: ServerSettings,
): Promise<Launch> {
  const logFile = await currentLogFile(home);
  const log = openSync(logFile, 'a', 0o600);
  const logStart = fstatSync(log).size;
  // Root's file would be closed to the owner of the data, should Gatehouse run as that account the next time.
  if (home.account) fchownSync(log, home.account.uid, home.account.gid);
  const child = spawn(binaries.postgres, ['-D', home.dataDir, ...options(port, settings)], {
    ...startedAs(home.account),
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);

  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  // Gatehouse may end while the server goes on: the next start adopts it.
  child.unref();
  return {
    pid: child.pid,
    hasEnded: () => failure !== undefined || child.exitCode !== null || child.signalCode !== null,
    complaint: async () => {
      if (failure) return failure.message;
      if (child.signalCode) return `it was ended by ${child.signalCode}`;
      return lastWords(await readFile(logFile), logStart, child.pid);
    },
  };
}

/** The port used last, if it is free, so that the address stays the same; otherwise any free one. Noted for the next time. */
export async function choosePort(home: ClusterHome): Promise<number> {
  const note = path.join(home.directory, 'postgres.port');
  const last = Number(await readFile(note, 'utf8').catch(() => '0'));
  const port = (await freePort(last > 0 && last < 65_536 ? last : 0)) ?? (await freePort(0));
  if (port === undefined) throw new Error('PostgreSQL cannot be started: no port on 127.0.0.1 is free.');
  // Only a convenience, and perhaps another account's file.
  if (port !== last) await writeFile(note, String(port)).catch(() => undefined);
  return port;
}

function options(port: number, settings: ServerSettings): string[] {
  const parameters = {
    port,
    // Only this machine, only with the password. No socket file either: its path could be too long for the system.
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: settings.maxConnections,
    shared_buffers: settings.sharedBuffers,
    // Nothing else is relaxed without it: what was committed still survives any process that is killed.
    fsync: settings.fsync ? 'on' : 'off',
    log_line_prefix: '%m [%p] ',
    // Statements and row values can hold secrets. They have no place in a log.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
  };
  return Object.entries(parameters).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function freePort(wanted: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(address !== null && typeof address === 'object' ? address.port : undefined));
    });
  });
}

/** `postgres.log`. A long one is set aside first, replacing the one set aside before. */
async function currentLogFile(home: ClusterHome): Promise<string> {
  const file = path.join(home.directory, 'postgres.log');
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size > LOG_LIMIT_BYTES) await rename(file, `${file}.1`);
  return file;
}

/** What this process wrote last, preferably why it gave up. Other servers may have written to the same file meanwhile. */
function lastWords(log: Buffer, start: number, pid: number | undefined): string {
  const lines = log.subarray(start).toString('utf8').split('\n').filter(Boolean);
  const own = lines.filter((line) => line.includes(` [${pid}] `));
  const fatal = own.filter((line) => /FATAL|PANIC/.test(line)).at(-1);
  return (fatal ?? own.at(-1) ?? lines.at(-1) ?? 'it said nothing').replace(/^.*?(?=FATAL|PANIC)/, '');
}
