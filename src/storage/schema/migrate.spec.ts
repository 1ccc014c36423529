import { CatalogueReader } from '../../../test/harness/catalogue.js';
import { roleFor, someGrants, urlAs } from '../../../test/harness/migrated-database.js';
import { adminUrl, createDatabase, type TestDatabase } from '../../../test/harness/postgres.js';
import { query } from '../../../test/harness/query.js';
import { readGolden } from '../../../test/golden/golden.js';
import { migrations } from '../migrations/index.js';
import type { AppRole } from './app-role.js';
import { migrate, schemaDataSource } from './migrate.js';

let database: TestDatabase;
let role: AppRole;
let catalogue: CatalogueReader;

beforeAll(async () => {
  database = await createDatabase();
  role = roleFor(database);
  await bringUpToDate();
  catalogue = new CatalogueReader(database.url);
  await catalogue.connect();
});
afterAll(async () => {
  await catalogue.close();
  await database.drop();
  await query(adminUrl(), `DROP ROLE ${role.name}`);
});

const bringUpToDate = (builtInGrants = someGrants) =>
  migrate({ ownerUrl: database.url, role, builtInGrants });

/** Every table, partitions apart from what they are part of. */
const tables = (condition: string) =>
  catalogue.list(`SELECT relname AS answer FROM pg_class c
    WHERE relnamespace = 'gatehouse'::regnamespace AND relkind IN ('r', 'p') AND (${condition}) ORDER BY relname`);

describe('the schema', () => {
  it('is what the entities say: nothing is left to do', async () => {
    expect(await drift()).toEqual([]);
  });

  it('goes down without leaving anything but the list of migrations, and up again to the same', async () => {
    const before = await shape();
    const dataSource = await schemaDataSource(database.url).initialize();
    try {
      for (let left = migrations.length; left > 0; left -= 1)
        await dataSource.undoLastMigration({ transaction: 'all' });
      expect(await tables('true')).toEqual(['migrations']);
      expect(
        await catalogue.list(
          `SELECT proname AS answer FROM pg_proc WHERE pronamespace = 'gatehouse'::regnamespace`,
        ),
      ).toEqual([]);
      expect(await query(database.url, 'SELECT count(*)::int AS answer FROM gatehouse.migrations')).toBe(0);
    } finally {
      await dataSource.destroy();
    }
    await bringUpToDate();
    expect(await shape()).toEqual(before);
    expect(await drift()).toEqual([]);
  });

  it('can be brought up to date by many replicas at once, and any number of times', async () => {
    const before = await shape();
    await Promise.all([bringUpToDate(), bringUpToDate(), bringUpToDate()]);
    expect(await shape()).toEqual(before);
  });

  it('knows of the built-in roles what the catalogue says now, and no longer what it said', async () => {
    const granted = () =>
      catalogue.list(
        `SELECT role || ' ' || permission AS answer FROM gatehouse.built_in_permissions ORDER BY 1`,
      );
    expect(await granted()).toEqual(['owner admin.users', 'owner scans.read', 'viewer scans.read']);
    await bringUpToDate([{ role: 'owner', permissions: ['deploy'] }]);
    expect(await granted()).toEqual(['owner deploy']);
    await bringUpToDate([]);
    expect(await granted()).toEqual([]);
    await bringUpToDate();
    expect(await granted()).toHaveLength(3);
  });

  it('has room in the trail for this month and the twelve to come, and for what no month was made for', async () => {
    expect(await tables(`relispartition AND relname ~ '^audit_events_\\d{4}_\\d\\d$'`)).toHaveLength(13);
    expect(await tables(`relispartition AND relname = 'audit_events_other'`)).toHaveLength(1);
  });
});

describe('row-level security', () => {
  /** No tenant's data: what the program must see before it knows of a tenant. This list only shrinks. */
  const exceptions = ['built_in_permissions', 'installation', 'migrations', 'signing_keys'];

  it('is forced on every table, also for its owner, but for those that hold no tenant’s data', async () => {
    expect(await tables('NOT relispartition AND NOT (relrowsecurity AND relforcerowsecurity)')).toEqual(
      exceptions,
    );
  });

  it('is forced on every table with a tenant in its rows, and there are some', async () => {
    const withTenant = await tables(`NOT relispartition
      AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)`);
    expect(withTenant.length).toBeGreaterThanOrEqual(8);
    expect(withTenant.filter((table) => exceptions.includes(table))).toEqual([]);
  });

  it('cannot be walked around through a part of the trail: the program may not touch the parts', async () => {
    const parts = await tables('relispartition');
    expect(parts).toHaveLength(14);
    expect(await privilegesOn('c.relispartition')).toEqual([]);
  });

  it('lets nobody see across tenants by a policy but the owner of the gate’s functions', async () => {
    const open = await catalogue.list(
      `SELECT DISTINCT roles::text AS answer FROM pg_policies WHERE schemaname = 'gatehouse' AND qual = 'true'`,
    );
    expect(open).toEqual(['{gatehouse_gate}']);
  });

  it('has a policy wherever it is on: without one a table would be unreadable, and somebody would switch it off', async () => {
    const without = await tables(
      `relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)`,
    );
    expect(without).toEqual([]);
  });
});

describe('the program’s role', () => {
  it('may do in the database exactly what was reviewed', async () => {
    const definers = await catalogue.list(
      `SELECT p.oid::regprocedure::text AS answer FROM pg_proc p
       WHERE pronamespace = 'gatehouse'::regnamespace AND prosecdef AND has_function_privilege($1, p.oid, 'EXECUTE')`,
      [role.name],
    );
    const functions = definers.map(
      (signature) => `${signature.replace('gatehouse.', '').replaceAll(',', ', ')} EXECUTE`,
    );
    const lines = [
      ...(await privilegesOn(`c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')`)),
      ...functions.sort(),
      '',
    ];
    expect(lines.join('\n')).toBe(readGolden('privileges.txt'));
  });

  it('may call no other function that acts as somebody else', async () => {
    const others = await catalogue.list(
      `SELECT proname AS answer FROM pg_proc p WHERE pronamespace = 'gatehouse'::regnamespace AND NOT prosecdef
         AND has_function_privilege($1, p.oid, 'EXECUTE') ORDER BY 1`,
      [role.name],
    );
    expect(others).toEqual(['current_tenant', 'features_of', 'in_operator_tenant', 'uuid_v7']);
  });

  it('is neither mighty nor able to become so', async () => {
    const [powers] = await catalogue.list<object>(
      `SELECT json_build_object('super', rolsuper, 'bypass', rolbypassrls, 'roles', rolcreaterole, 'databases', rolcreatedb,
         'replication', rolreplication, 'login', rolcanlogin) AS answer FROM pg_roles WHERE rolname = $1`,
      [role.name],
    );
    expect(powers).toEqual({
      super: false,
      bypass: false,
      roles: false,
      databases: false,
      replication: false,
      login: true,
    });
    const memberships = await catalogue.list(
      `SELECT roleid::regrole::text AS answer FROM pg_auth_members WHERE member = $1::regrole`,
      [role.name],
    );
    expect(memberships).toEqual([]);
  });

  it('owns nothing, here or anywhere on the server, and can make nothing in the schema', async () => {
    const owned = await catalogue.list(
      `SELECT classid::regclass::text AS answer FROM pg_shdepend WHERE refobjid = $1::regrole AND deptype = 'o'`,
      [role.name],
    );
    expect(owned).toEqual([]);
    const [creates] = await catalogue.list<boolean>(
      `SELECT has_schema_privilege($1, 'gatehouse', 'CREATE') AS answer`,
      [role.name],
    );
    expect(creates).toBe(false);
  });

  it.each([
    'UPDATE gatehouse.audit_events SET reason = NULL',
    'DELETE FROM gatehouse.audit_events',
    'TRUNCATE gatehouse.audit_events',
    'DROP TABLE gatehouse.audit_events',
    'ALTER TABLE gatehouse.audit_events DISABLE ROW LEVEL SECURITY',
    'DELETE FROM gatehouse.audit_events_other',
    'SELECT FROM gatehouse.audit_events_other',
    "INSERT INTO gatehouse.built_in_permissions VALUES ('viewer', 'admin.users')",
    'SELECT gatehouse.create_built_in_roles()',
    'SELECT gatehouse.make_audit_partitions(1)',
    'SELECT * FROM gatehouse.standings',
    'SET ROLE gatehouse_gate',
    'CREATE TABLE gatehouse.mine ()',
  ])('cannot: %s', async (statement) => {
    await expect(query(urlAs(database.url, role), statement)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('the functions that look across tenants', () => {
  it('belong to a role that nobody can log in as, and that may do no more than they need', async () => {
    const owners = await catalogue.list(
      `SELECT DISTINCT proowner::regrole::text AS answer FROM pg_proc WHERE pronamespace = 'gatehouse'::regnamespace AND prosecdef`,
    );
    expect(owners).toEqual(['gatehouse_gate']);
    const [powers] = await catalogue.list<object>(
      `SELECT json_build_object('super', rolsuper, 'bypass', rolbypassrls, 'login', rolcanlogin) AS answer
       FROM pg_roles WHERE rolname = 'gatehouse_gate'`,
    );
    expect(powers).toEqual({ super: false, bypass: false, login: false });
    const changes = await catalogue.list(
      `SELECT relname || ' ' || p AS answer FROM pg_class c, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p
       WHERE relnamespace = 'gatehouse'::regnamespace AND relkind IN ('r', 'p', 'v') AND has_table_privilege('gatehouse_gate', c.oid, p)
       ORDER BY 1`,
    );
    expect(changes).toEqual(['roles INSERT', 'users INSERT']);
  });

  it('look names up where nobody else can put anything in front', async () => {
    const paths = await catalogue.list(
      `SELECT DISTINCT proconfig::text AS answer FROM pg_proc WHERE pronamespace = 'gatehouse'::regnamespace AND prosecdef`,
    );
    expect(paths).toEqual(['{"search_path=pg_catalog, pg_temp"}']);
  });
});

/** `table PRIVILEGE …` for every table, view or sequence that the role may touch in any way, also by a column of it. */
async function privilegesOn(condition: string): Promise<string[]> {
  return catalogue.list(
    `SELECT relname || ' ' || string_agg(p, ' ' ORDER BY p) AS answer
     FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
     WHERE relnamespace = 'gatehouse'::regnamespace AND ${condition} AND relkind <> 'i' AND relkind <> 'I'
       AND (has_table_privilege($1, c.oid, p)
         OR CASE WHEN p IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') THEN has_any_column_privilege($1, c.oid, p) ELSE false END)
     GROUP BY relname ORDER BY relname`,
    [role.name],
  );
}

/** Everything in the schema, in words. */
async function shape(): Promise<string[]> {
  return catalogue.list(`
    SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS answer
      FROM information_schema.columns WHERE table_schema = 'gatehouse'
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'gatehouse'::regnamespace
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'gatehouse'
    UNION ALL SELECT 'policy ' || tablename || ' ' || policyname || ' ' || roles::text || ' ' || cmd || ' ' || coalesce(qual, '') || ' ' || coalesce(with_check, '')
      FROM pg_policies WHERE schemaname = 'gatehouse'
    UNION ALL SELECT 'function ' || pg_get_functiondef(oid) || coalesce(proacl::text, '') FROM pg_proc WHERE pronamespace = 'gatehouse'::regnamespace
    UNION ALL SELECT 'view ' || viewname || ' ' || definition FROM pg_views WHERE schemaname = 'gatehouse'
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      WHERE c.relnamespace = 'gatehouse'::regnamespace AND NOT tgisinternal
    UNION ALL SELECT 'privileges ' || relname || ' ' || coalesce(relacl, acldefault('r', relowner))::text || relrowsecurity || relforcerowsecurity
      FROM pg_class WHERE relnamespace = 'gatehouse'::regnamespace AND relkind IN ('r', 'p', 'v')
    ORDER BY 1`);
}

async function drift(): Promise<string[]> {
  const dataSource = await schemaDataSource(database.url).initialize();
  try {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    return upQueries.map(({ query: statement }) => statement);
  } finally {
    await dataSource.destroy();
  }
}
