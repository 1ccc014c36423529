import { Client } from 'pg';
import { createMigratedDatabase, type MigratedDatabase } from '../../test/harness/migrated-database.js';
import { query, queryUntil } from '../../test/harness/query.js';
import { Secret } from '../kernel/secret.js';
import { Database } from '../storage/database.js';
import { foundInstallation } from './founding.js';
import { PasswordHasher } from './passwords/password-hasher.js';

let database: MigratedDatabase;
let app: Database;
beforeEach(async () => {
  database = await createMigratedDatabase();
  app = new Database({ url: database.appUrl, connectTimeoutMs: 5000, statementTimeoutMs: 20_000 });
  await app.open();
});
afterEach(async () => {
  await app.close();
  await database.drop();
});

const found = (password?: Secret) =>
  foundInstallation(app, new PasswordHasher(), { email: 'First.Admin@Example.test', password });

it('happens once, however many replicas start together: one of them made the first admin', async () => {
  // Held up until all of them have come as far as they can, so that they do meet.
  const owner = new Client({ connectionString: database.url });
  await owner.connect();
  let admins: unknown[];
  try {
    await owner.query('BEGIN; LOCK TABLE gatehouse.tenants IN EXCLUSIVE MODE');
    const starts = Promise.all(Array.from({ length: 5 }, () => found()));
    const waiting = `SELECT count(*)::int AS answer FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    expect(await queryUntil(database.url, waiting, 5)).toBe(5);
    await owner.query('COMMIT');
    admins = await starts;
  } finally {
    await owner.end();
  }
  expect(admins.filter((admin) => admin !== undefined)).toHaveLength(1);
  expect(await query(database.url, 'SELECT count(*)::int AS answer FROM gatehouse.tenants')).toBe(1);
  expect(await query(database.url, 'SELECT count(*)::int AS answer FROM gatehouse.users')).toBe(1);
  const record = `SELECT count(*)::int AS answer FROM gatehouse.audit_events WHERE action = 'installation.founded'`;
  expect(await query(database.url, record)).toBe(1);
});

it('makes up a password when none is configured, and tells it', async () => {
  const admin = await found();
  expect(admin).toMatchObject({ generated: true });
  expect(admin?.password.reveal().length).toBeGreaterThanOrEqual(20);
});

it('takes the password that is configured', async () => {
  const password = new Secret('the password of the operator');
  expect(await found(password)).toEqual({ email: 'First.Admin@Example.test', password, generated: false });
});
