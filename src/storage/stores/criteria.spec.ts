import { createMigratedDatabase, type MigratedDatabase } from '../../../test/harness/migrated-database.js';
import { furnishTenant, type FurnishedTenant } from '../../../test/harness/tenants.js';
import { Database } from '../database.js';
import type { Stores } from './index.js';

let database: MigratedDatabase;
let app: Database;
let tenant: FurnishedTenant;

beforeAll(async () => {
  database = await createMigratedDatabase();
  app = new Database({ url: database.appUrl, connectTimeoutMs: 30_000, statementTimeoutMs: 30_000 });
  await app.open();
  tenant = await furnishTenant(app, 'one');
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

/** The types forbid these; a mistake that gets around them must not turn "this one" into "any one". */
const asks: Readonly<Record<string, (stores: Stores, nothing: never) => Promise<unknown>>> = {
  'a key': ({ keys }, nothing) => keys.findOf(nothing, nothing),
  'the keys of a user': ({ keys }, nothing) => keys.listOf(nothing, { after: undefined, limit: 10 }),
  'a key to revoke': ({ keys }, nothing) => keys.revoke(nothing, nothing),
  'a user': ({ users }, nothing) => users.find(nothing),
  'a user to hold': ({ users }, nothing) => users.hold(nothing, 'to-change'),
  'an invitation': ({ invitations }, nothing) => invitations.find(nothing),
  'a role': ({ roles }, nothing) => roles.find(nothing),
  'a role to delete': ({ roles }, nothing) => roles.delete(nothing),
  'a session to end': ({ sessions }, nothing) => sessions.end(nothing),
  'a tenant': ({ tenants }, nothing) => tenants.find(nothing),
};

describe('a store that is asked for nothing in particular', () => {
  it.each(Object.keys(asks))('finds and changes nothing, and says so: %s', async (what) => {
    for (const nothing of [undefined, null]) {
      const asked = app.within(tenant.scope, async (stores) => asks[what]?.(stores, nothing as never));
      const answer = await asked.catch((error: unknown) => error);
      // Only the tenant's own check comes before the database is asked.
      if (what === 'a tenant') expect(answer).toBeUndefined();
      else expect(answer).toMatchObject({ message: expect.stringMatching(/undefined|null/) });
    }
  });
});
