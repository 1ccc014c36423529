import { Secret } from '../../src/kernel/secret.js';
import { appRole, type AppRole } from '../../src/storage/schema/app-role.js';
import { migrate, type BuiltInGrants } from '../../src/storage/schema/migrate.js';
import { adminUrl, createDatabase, type TestDatabase } from './postgres.js';
import { query } from './query.js';

export interface MigratedDatabase extends TestDatabase {
  /** The program's role in it, which no other database of the server has. */
  readonly role: AppRole;
  /** Its address with that role's credentials. */
  readonly appUrl: string;
}

export const someGrants: readonly BuiltInGrants[] = [
  { role: 'owner', permissions: ['admin.users', 'scans.read'] },
  { role: 'viewer', permissions: ['scans.read'] },
];

/** A database with the schema and the program's role, as the program itself makes them. */
export async function createMigratedDatabase(): Promise<MigratedDatabase> {
  const database = await createDatabase();
  const role = roleFor(database);
  await migrate({ ownerUrl: database.url, role, builtInGrants: someGrants });
  return {
    ...database,
    role,
    appUrl: urlAs(database.url, role),
    async drop() {
      await database.drop();
      await query(adminUrl(), `DROP ROLE ${role.name}`);
    },
  };
}

/** A role of the program that no other database of the server has. */
export function roleFor(database: TestDatabase): AppRole {
  return appRole(new Secret(`the secret of the installation in ${new URL(database.url).pathname}`));
}

/** The same database, as somebody else. */
export function urlAs(url: string, role: AppRole): string {
  const address = new URL(url);
  address.username = role.name;
  address.password = role.password;
  return address.href;
}
