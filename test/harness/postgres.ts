import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** A database of one test's own. */
export interface TestDatabase {
  /** Address with the credentials of a superuser. */
  readonly url: string;
  /** Removes it, cutting what is still connected. */
  drop(): Promise<void>;
}

/**
 * Creates a database on the run's server, under a name nobody else has.
 *
 * @param options.template name of the database to clone; nobody may be connected to it. Default: an empty one.
 */
export async function createDatabase(options: { template?: string } = {}): Promise<TestDatabase> {
  const name = `test_${process.pid}_${randomBytes(6).toString('hex')}`;
  await administer(`create database "${name}" template "${options.template ?? 'template0'}"`);
  return {
    url: databaseUrl(name),
    drop: () => administer(`drop database if exists "${name}" with (force)`),
  };
}

/** Address of the run's server: the database that its superuser administers from. */
export function adminUrl(): string {
  const url = process.env.GATEHOUSE_TEST_PG;
  if (!url) throw new Error('GATEHOUSE_TEST_PG is not set: the global set-up has not run.');
  return url;
}

function databaseUrl(name: string): string {
  const url = new URL(adminUrl());
  url.pathname = `/${name}`;
  return url.href;
}

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
