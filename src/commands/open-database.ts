import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { builtInPermissions, builtInRoleNames } from '../access/built-in-roles.js';
import type { PermissionCatalogue } from '../access/permission-catalogue.js';
import type { Config } from '../config/config.js';
import { Unavailable } from '../kernel/problem.js';
import type { Secret } from '../kernel/secret.js';
import { Database } from '../storage/database.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../storage/embedded-postgres.js';
import { asUnavailable } from '../storage/outage.js';
import { appRole } from '../storage/schema/app-role.js';
import { migrate } from '../storage/schema/migrate.js';
import { troubleOfOwner, troubleOfRole } from './database-trouble.js';
import { shippedWaits, type Waits } from './waits.js';

export interface OpenedDatabase {
  readonly database: Database;
  /** Closes the connections, and the server if it is ours. */
  close(): Promise<void>;
}

export interface Opening {
  /** Told of each step that takes a while. */
  readonly say: (line: string) => void;
  /** How long a database that doesn't answer yet is waited for, in milliseconds. Default: half a minute. */
  readonly patienceMs?: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** How long the program will wait once it serves. Default: as it is shipped. */
  readonly waits?: Waits;
}

const bootPatienceMs = 30_000;
const bootPauseMs = 500;

/** Brings the database up: starts the embedded server if none is configured, migrates, and connects as the program's own role. */
export async function openDatabase(
  config: Config,
  secret: Secret,
  catalogue: PermissionCatalogue,
  opening: Opening,
): Promise<OpenedDatabase> {
  const embedded =
    config.database.url === undefined
      ? await startEmbeddedPostgres(path.join(config.dataDir, 'postgres'), { log: opening.say })
      : undefined;
  try {
    const ownerUrl = embedded?.url ?? config.database.url?.reveal() ?? '';
    if (config.database.migrate) await migrateDatabase(ownerUrl, secret, catalogue, opening);
    const url = programUrl(ownerUrl, secret);
    const { connectMs, statementMs } = opening.waits ?? shippedWaits;
    const database = new Database({ url, connectTimeoutMs: connectMs, statementTimeoutMs: statementMs });
    await patiently(() => database.open(), opening).catch(async (error: unknown) => {
      await database.close();
      throw troubleOfRole(error);
    });
    return { database, close: () => closeAll(database, embedded) };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/** Migrates and provisions. Waits for a server that is still starting, as one started beside us may be. */
export async function migrateDatabase(
  ownerUrl: string,
  secret: Secret,
  catalogue: PermissionCatalogue,
  opening: Opening,
): Promise<void> {
  const builtInGrants = builtInRoleNames.map((role) => ({
    role,
    permissions: builtInPermissions(role, catalogue).names(),
  }));
  const options = { ownerUrl, role: appRole(secret), builtInGrants };
  await patiently(() => migrate(options), opening).catch((error: unknown) => {
    throw troubleOfOwner(error);
  });
}

function programUrl(ownerUrl: string, secret: Secret): string {
  const role = appRole(secret);
  const url = new URL(ownerUrl);
  url.username = role.name;
  url.password = role.password;
  return url.href;
}

async function patiently<T>(
  step: () => Promise<T>,
  { say, patienceMs = bootPatienceMs, signal }: Opening,
): Promise<T> {
  const until = performance.now() + patienceMs;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await step();
    } catch (error) {
      if (!(asUnavailable(error) instanceof Unavailable) || performance.now() + bootPauseMs > until)
        throw error;
      if (isFirst) say('waiting for the database');
    }
    await delay(bootPauseMs, undefined, { signal }).catch(() => {
      throw new Error('interrupted while waiting for the database');
    });
  }
}

async function closeAll(database: Database, embedded: EmbeddedPostgres | undefined): Promise<void> {
  await database.close();
  await embedded?.stop();
}
