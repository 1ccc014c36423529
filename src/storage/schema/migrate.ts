import pg from 'pg';
import { DataSource } from 'typeorm';
import { entities } from '../entities/index.js';
import { migrations } from '../migrations/index.js';
import { provisionStatements, type AppRole } from './app-role.js';

export interface BuiltInGrants {
  readonly role: string;
  readonly permissions: readonly string[];
}

export interface MigrateOptions {
  /** A user that may create roles and tables. Used for this only, and let go before the program serves anybody. */
  readonly ownerUrl: string;
  readonly role: AppRole;
  /** What the built-in roles may do under the catalogue as it is configured now. */
  readonly builtInGrants: readonly BuiltInGrants[];
}

/** "gatehous" as a number: replicas that start together migrate one after the other. */
const advisoryLock = '7449355444829578611';
const monthsAhead = 12;
const connectTimeoutMs = 5000;

/** A TypeORM data source over the schema, for migrating it and for comparing it with the entities. */
export function schemaDataSource(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    schema: 'gatehouse',
    entities,
    migrations,
    migrationsTableName: 'migrations',
    synchronize: false,
    installExtensions: false,
    extra: { max: 1, connectionTimeoutMillis: connectTimeoutMs },
  });
}

/**
 * Brings the schema up to date, gives the program's role its privileges and the built-in roles their permissions, and
 * makes the trail's partitions for the months ahead.
 * @throws Error from PostgreSQL when the owner may not do that
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const client = new pg.Client({
    connectionString: options.ownerUrl,
    connectionTimeoutMillis: connectTimeoutMs,
  });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
    await client.query('CREATE SCHEMA IF NOT EXISTS gatehouse');
    await runMigrations(options.ownerUrl);
    await client.query('BEGIN');
    for (const statement of provisionStatements(options.role)) await client.query(statement);
    await setBuiltInGrants(client, options.builtInGrants);
    await client.query('SELECT gatehouse.make_audit_partitions($1)', [monthsAhead]);
    await client.query('COMMIT');
  } finally {
    await client.end(); // releases the lock
  }
}

async function runMigrations(url: string): Promise<void> {
  const dataSource = await schemaDataSource(url).initialize();
  try {
    await dataSource.runMigrations({ transaction: 'all' });
  } finally {
    await dataSource.destroy();
  }
}

async function setBuiltInGrants(client: pg.Client, grants: readonly BuiltInGrants[]): Promise<void> {
  const rows = grants.flatMap(({ role, permissions }) =>
    permissions.map((permission) => ({ role, permission })),
  );
  const columns = [rows.map((row) => row.role), rows.map((row) => row.permission)];
  await client.query(
    `DELETE FROM gatehouse.built_in_permissions
     WHERE (role, permission) NOT IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    columns,
  );
  await client.query(
    `INSERT INTO gatehouse.built_in_permissions (role, permission) SELECT * FROM unnest($1::text[], $2::text[])
     ON CONFLICT DO NOTHING`,
    columns,
  );
}
