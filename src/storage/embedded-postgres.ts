import path from 'node:path';
import { findBinaries } from './embedded/binaries.js';
import { openHome, ownerPassword } from './embedded/home.js';
import { initialiseCluster } from './embedded/initialise.js';
import { Server } from './embedded/server.js';

const DATABASE = 'gatehouse';

/** A PostgreSQL server that Gatehouse runs itself, used when no other is configured. */
export interface EmbeddedPostgres {
  /** Address of the database `gatehouse` with the credentials of the cluster's owner, a superuser. Contains the password. */
  readonly url: string;
  /** On 127.0.0.1. */
  readonly port: number;
  /** PostgreSQL's data directory, absolute. */
  readonly dataDir: string;
  /** Stops the server (fast shutdown) and resolves when it has ended, unless another process still uses it. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Default 100. */
  maxConnections?: number;
  /** In PostgreSQL's notation. Default `64MB`. */
  sharedBuffers?: string;
  /** Gets a line, without secrets, for each thing worth knowing. Default: none. */
  log?: (line: string) => void;
  /** Default true. False is faster and survives killed processes, but not a power cut: for tests. */
  fsync?: boolean;
}

/**
 * Starts PostgreSQL on the cluster kept in `dir`, making both at the first time. The server listens on 127.0.0.1 only, and every
 * connection needs the password.
 *
 * The server is a process of its own and outlives a killed Gatehouse. The next start joins it. So does a second
 * process on the same `dir`, a replica or a command-line tool: they share the one server, and the last of them to `stop`
 * stops it. The options are those of the process that started it. A server that dies is brought back at the same address
 * while any of them runs; until then connections are refused, never answered wrongly.
 *
 * All processes that use one `dir` must be on one machine (one process table): PostgreSQL can't tell otherwise.
 *
 * @param dir created if missing. When Gatehouse runs as root and `dir` lies beneath a private directory, only the password is kept there, the
 *   data in /var/lib/gatehouse (see `dataDir`)
 * @throws Error in a sentence for the operator, without secrets
 */
export async function startEmbeddedPostgres(
  dir: string,
  options: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => undefined);
  const settings = {
    maxConnections: options.maxConnections ?? 100,
    sharedBuffers: options.sharedBuffers ?? '64MB',
    fsync: options.fsync ?? true,
  };

  const home = await openHome(path.resolve(dir));
  const binaries = await findBinaries(home);
  const password = await ownerPassword(home);
  if (await initialiseCluster(home, binaries, password, settings.fsync))
    log(`A new PostgreSQL cluster was made in ${home.dataDir}`);

  const server = new Server({ home, binaries, settings, password, log });
  await server.start(DATABASE);
  return { url: server.url(DATABASE), port: server.port, dataDir: home.dataDir, stop: () => server.stop() };
}
