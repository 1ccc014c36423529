import { setImmediate as turn } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { deferred } from '../../test/harness/deferred.js';
import {
  createMigratedDatabase,
  urlAs,
  type MigratedDatabase,
} from '../../test/harness/migrated-database.js';
import { adminUrl } from '../../test/harness/postgres.js';
import { query } from '../../test/harness/query.js';
import { changeIn, furnishTenant, type FurnishedTenant } from '../../test/harness/tenants.js';
import { Unavailable } from '../kernel/problem.js';
import { Database } from './database.js';
import type { Stores } from './stores/index.js';

const page = { after: undefined, limit: 100 };
/** As many as the pool has. */
const connections = 8;
const timeouts = { connectTimeoutMs: 30_000, statementTimeoutMs: 30_000 };

let database: MigratedDatabase;
let app: Database;
let tenants: readonly [FurnishedTenant, FurnishedTenant];

beforeAll(async () => {
  database = await createMigratedDatabase();
  app = new Database({ url: database.appUrl, ...timeouts });
  await app.open();
  tenants = [await furnishTenant(app, 'one'), await furnishTenant(app, 'two')];
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

describe('transactions of two tenants on one small pool', () => {
  it('never mix: 500 of them, interleaved, each sees and writes its own', async () => {
    const runs = Array.from({ length: 500 }, async (_, index) => {
      const tenant = tenants[index % 2]!;
      await app
        .within(tenant.scope, async (stores) => {
          expect(await seenBy(stores, tenant)).toEqual(ownOf(tenant));
          for (let turns = index % 5; turns > 0; turns -= 1) await turn();
          await stores.trail.record(changeIn(tenant.scope, { index }));
          expect(await seenBy(stores, tenant)).toEqual(ownOf(tenant));
          // Some fail, and leave their connection in the middle of things.
          if (index % 7 === 0) throw new Error('on purpose');
        })
        .catch((error: unknown) => {
          if (!String(error).includes('on purpose')) throw error;
        });
    });
    await Promise.all(runs);
    for (const tenant of tenants) {
      const records = await app.within(tenant.scope, ({ trail }) => trail.list({}, undefined, 1000));
      const indices = records.flatMap(({ details }) =>
        typeof details?.['index'] === 'number' ? [details['index']] : [],
      );
      const wanted = runs
        .map((_, index) => index)
        .filter((index) => tenants[index % 2] === tenant && index % 7 !== 0);
      expect(indices.sort((a, b) => a - b)).toEqual(wanted);
    }
  }, 60_000);

  it('leave nothing behind on any connection of the pool, whether they succeeded or failed', async () => {
    await onEveryConnection((index) => app.within(tenants[index % 2]!.scope, async () => undefined));
    await onEveryConnection((index) =>
      app
        .within(tenants[index % 2]!.scope, () => Promise.reject(new Error('on purpose')))
        .catch(() => undefined),
    );
    const backends = await onEveryConnection((_, together) =>
      app.outsideTenants(async (manager) => {
        await together();
        expect(await settingOf(manager)).toBe('');
        for (const table of await guardedTables(manager)) expect(await countOf(manager, table)).toBe(0);
        return backendOf(manager);
      }),
    );
    expect(new Set(backends).size).toBe(connections);
  });
});

describe('work within a tenant', () => {
  it('is done altogether or not at all', async () => {
    const [tenant] = tenants;
    const work = app.within(tenant.scope, async ({ roles }) => {
      await roles.rename(tenant.roleId, 'another name');
      throw new Error('on purpose');
    });
    await expect(work).rejects.toThrow('on purpose');
    const role = await app.within(tenant.scope, ({ roles }) => roles.find(tenant.roleId));
    expect(role?.name).toBe(tenant.roleName);
  });

  it('that breaks a rule about the caller’s request is a conflict, in words', async () => {
    const [tenant] = tenants;
    await expect(
      app.within(tenant.scope, ({ roles }) => roles.rename(tenant.roleId, 'owner')),
    ).rejects.toMatchObject({
      status: 409,
      code: 'ROLE_NAME_TAKEN',
    });
  });

  it('that takes too long is an outage', async () => {
    const slow = new Database({ url: database.appUrl, connectTimeoutMs: 30_000, statementTimeoutMs: 50 });
    await slow.open();
    await expect(slow.outsideTenants((manager) => manager.query('SELECT pg_sleep(10)'))).rejects.toThrow(
      Unavailable,
    );
    expect(await slow.outsideTenants(backendOf)).toEqual(expect.any(Number));
    await slow.close();
  });
});

describe('a connection for the program', () => {
  it('is refused as a role that row-level security does not bind', async () => {
    const mighty = new Database({ url: database.url, ...timeouts });
    await expect(mighty.open()).rejects.toThrow('may bypass row-level security');
    await mighty.close();
  });

  it('is refused as a role that owns a table, which could lift the policies', async () => {
    const owning = { name: `${database.role.name}_owner`, password: 'of-a-test' };
    await query(database.url, `CREATE ROLE ${owning.name} LOGIN PASSWORD '${owning.password}'`);
    await query(database.url, `GRANT USAGE ON SCHEMA gatehouse TO ${owning.name}`);
    await query(database.url, `ALTER TABLE gatehouse.signing_keys OWNER TO ${owning.name}`);
    const owner = new Database({ url: urlAs(database.url, owning), ...timeouts });
    await expect(owner.open()).rejects.toThrow('owns tables');
    await owner.close();
    await query(database.url, `REASSIGN OWNED BY ${owning.name} TO CURRENT_USER`);
    await query(database.url, `DROP OWNED BY ${owning.name}`);
    await query(adminUrl(), `DROP ROLE ${owning.name}`);
  });

  it('is refused to a schema older than the program', async () => {
    await query(database.url, `UPDATE gatehouse.migrations SET name = 'x' || name`);
    const early = new Database({ url: database.appUrl, ...timeouts });
    await expect(early.open()).rejects.toThrow('lacks the migrations');
    await early.close();
    await query(database.url, `UPDATE gatehouse.migrations SET name = substr(name, 2)`);
  });
});

/** What one tenant's stores show, in short. */
async function seenBy({ tenants: list, users, keys }: Stores, tenant: FurnishedTenant) {
  const [slugs, people, own] = [
    await list.list(page),
    await users.list(page),
    await keys.listOf(tenant.userId, page),
  ];
  return {
    slugs: slugs.items.map(({ slug }) => slug),
    users: people.items.map(({ id }) => id),
    keys: own.items.map(({ id }) => id),
  };
}

const ownOf = ({ slug, userId, key }: FurnishedTenant) => ({
  slugs: [slug],
  users: [userId],
  keys: [key.id],
});

/** Does something on all connections of the pool at once: nobody goes on before `together` has been called on each. */
function onEveryConnection<T>(
  work: (index: number, together: () => Promise<void>) => Promise<T>,
): Promise<T[]> {
  let missing = connections;
  const all = deferred();
  const together = () => {
    missing -= 1;
    if (missing === 0) all.resolve();
    return all.promise;
  };
  return Promise.all(Array.from({ length: connections }, (_, index) => work(index, together)));
}

async function one<T>(manager: EntityManager, text: string): Promise<T | undefined> {
  const rows = await manager.query<{ answer: T }[]>(text);
  return rows[0]?.answer;
}

/** The tables under row-level security: without a tenant they are empty. */
async function guardedTables(manager: EntityManager): Promise<string[]> {
  const rows = await manager.query<{ name: string }[]>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'gatehouse'::regnamespace AND relrowsecurity`,
  );
  expect(rows.length).toBeGreaterThanOrEqual(10);
  return rows.map(({ name }) => name);
}

const settingOf = (manager: EntityManager) =>
  one<string>(manager, `SELECT coalesce(current_setting('app.tenant', true), '') AS answer`);
const backendOf = (manager: EntityManager) => one<number>(manager, 'SELECT pg_backend_pid() AS answer');
const countOf = (manager: EntityManager, table: string) =>
  one<number>(manager, `SELECT count(*)::int AS answer FROM gatehouse.${table}`);
