import pg from 'pg';
import {
  createMigratedDatabase,
  roleFor,
  urlAs,
  type MigratedDatabase,
} from '../../../test/harness/migrated-database.js';
import { adminUrl } from '../../../test/harness/postgres.js';
import { query } from '../../../test/harness/query.js';
import { Secret } from '../../kernel/secret.js';
import { appRole, provisionStatements } from './app-role.js';

describe('the program’s role', () => {
  const secret = new Secret('the secret of this installation, long enough');

  it('is the same for every replica, and another for every other installation', () => {
    expect(appRole(secret)).toEqual(appRole(new Secret(secret.reveal())));
    const other = appRole(new Secret('the secret of another installation, also long'));
    expect(other.name).not.toBe(appRole(secret).name);
    expect(other.password).not.toBe(appRole(secret).password);
  });

  it('has a name that needs no quotes, and a password of 256 bits that is not in it', () => {
    const { name, password } = appRole(secret);
    expect(name).toMatch(/^gatehouse_app_[0-9a-f]{12}$/);
    expect(Buffer.from(password, 'base64url')).toHaveLength(32);
  });

  it('is provisioned without its password: what a server logs gives nothing away', () => {
    const role = appRole(secret);
    const statements = provisionStatements(role).join('\n');
    expect(statements).not.toContain(role.password);
    expect(statements).not.toContain(secret.reveal());
    expect(statements).toMatch(/PASSWORD 'SCRAM-SHA-256\$4096:/);
  });
});

const trustsEverybody = `SELECT bool_or(auth_method = 'trust') AS answer FROM pg_hba_file_rules WHERE type LIKE 'host%'`;

describe('on a real server', () => {
  let database: MigratedDatabase;
  beforeAll(async () => {
    database = await createMigratedDatabase();
  });
  afterAll(() => database.drop());

  it('the verifier we compute lets the role in by its password', async () => {
    expect(await query(database.appUrl, 'SELECT current_user AS answer')).toBe(database.role.name);
  });

  it('no other password does', async () => {
    // A server that trusts whoever connects, as one named by TEST_DATABASE_URL may, can show nothing here.
    if (await query(adminUrl(), trustsEverybody)) return;
    for (const password of ['wrong', `${database.role.password}x`, database.role.name]) {
      const address = urlAs(database.url, { name: database.role.name, password });
      await expect(query(address, 'SELECT 1 AS answer')).rejects.toThrow(/password/);
    }
  });

  it('is stored as the verifier', async () => {
    const stored = await query(
      database.url,
      `SELECT rolpassword AS answer FROM pg_authid WHERE rolname = '${database.role.name}'`,
    );
    expect(stored).toMatch(/^SCRAM-SHA-256\$4096:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$/);
  });

  it('may be provisioned again, and then has exactly its privileges again', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      await client.query(`GRANT ALL ON ALL TABLES IN SCHEMA gatehouse TO ${database.role.name}`);
      await client.query(`ALTER ROLE ${database.role.name} CREATEROLE NOLOGIN PASSWORD 'changed'`);
      for (const statement of provisionStatements(database.role)) await client.query(statement);
    } finally {
      await client.end();
    }
    await expect(query(database.appUrl, 'DELETE FROM gatehouse.audit_events')).rejects.toThrow(
      'permission denied',
    );
    expect(
      await query(
        database.appUrl,
        'SELECT rolcreaterole AS answer FROM pg_roles WHERE rolname = current_user',
      ),
    ).toBe(false);
  });

  it('is of one database’s installation alone', () => {
    expect(roleFor({ url: adminUrl(), drop: () => Promise.resolve() }).name).not.toBe(database.role.name);
  });
});
