import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { createMigratedDatabase, type MigratedDatabase } from '../../../test/harness/migrated-database.js';
import { furnishTenant, type FurnishedTenant } from '../../../test/harness/tenants.js';
import { Unavailable } from '../../kernel/problem.js';
import { Database } from '../database.js';
import { PgLiveCredentials } from './pg-live-credentials.js';

let database: MigratedDatabase;
let app: Database;
let live: PgLiveCredentials;
let owner: pg.Client;
let operator: FurnishedTenant;
let other: FurnishedTenant;

beforeAll(async () => {
  database = await createMigratedDatabase();
  app = new Database({ url: database.appUrl, connectTimeoutMs: 30_000, statementTimeoutMs: 30_000 });
  await app.open();
  live = new PgLiveCredentials(app.lookups);
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
});
afterAll(async () => {
  await Promise.all([app.close(), owner.end()]);
  await database.drop();
});

/** Each test has tenants of its own, and an operator tenant among them. */
beforeEach(async () => {
  operator = await furnishTenant(app, `operator-${uuidv7()}`, ['scans.read', 'admin.users']);
  other = await furnishTenant(app, `other-${uuidv7()}`, ['scans.write']);
  await owner.query('DELETE FROM gatehouse.installation');
  await owner.query('INSERT INTO gatehouse.installation (operator_tenant_id) VALUES ($1)', [
    operator.scope.tenantId,
  ]);
});

const keyOf = ({ key }: FurnishedTenant, named?: string) => live.key(key.digest, named);
/** Changes something behind the program's back. */
const change = (table: string, set: string, { scope }: FurnishedTenant) =>
  owner.query(`UPDATE gatehouse.${table} SET ${set} WHERE ${table === 'tenants' ? 'id' : 'tenant_id'} = $1`, [
    scope.tenantId,
  ]);

describe('an API key', () => {
  it('comes with its owner’s standing, in one round trip', async () => {
    expect(await keyOf(operator)).toMatchObject({
      id: operator.key.id,
      userId: operator.userId,
      environment: 'live',
      revoked: false,
      expired: false,
      ownerActive: true,
      standing: {
        home: {
          tenantId: operator.scope.tenantId,
          active: true,
          operator: true,
          features: [`feature-of-${operator.slug}`],
        },
      },
    });
    expect((await keyOf(operator))?.standing.named).toBeUndefined();
    expect((await keyOf(other))?.standing.home.operator).toBe(false);
  });

  it('that nobody has is nobody’s', async () => {
    expect(await live.key(Buffer.alloc(32), undefined)).toBeUndefined();
    expect(await live.key(Buffer.alloc(0), undefined)).toBeUndefined();
  });

  it.each<[string, string, string, object]>([
    ['is revoked', 'api_keys', 'revoked_at = now()', { revoked: true }],
    ['has expired', 'api_keys', `expires_at = now() - interval '1 second'`, { expired: true }],
    ['has not expired yet', 'api_keys', `expires_at = now() + interval '1 minute'`, { expired: false }],
    ['is for tests', 'api_keys', `environment = 'test'`, { environment: 'test' }],
    ['has a disabled owner', 'memberships', `status = 'disabled'`, { ownerActive: false }],
    [
      'is of a suspended tenant',
      'tenants',
      `status = 'suspended'`,
      { standing: { home: { active: false } } },
    ],
  ])('that %s says so from the next question on', async (_, table, set, answer) => {
    await keyOf(operator);
    await change(table, set, operator);
    expect(await keyOf(operator)).toMatchObject(answer);
    expect(await keyOf(other)).toMatchObject({
      revoked: false,
      ownerActive: true,
      standing: { home: { active: true } },
    });
  });

  it.each<[string, string[], string[]]>([
    ['all of its role', ['scans.read', 'admin.users'], ['admin.users', 'scans.read']],
    ['some of its role', ['scans.read'], ['scans.read']],
    ['more than its role', ['scans.read', 'admin.tenants'], ['scans.read']],
    ['nothing its role has', ['deploy'], []],
    ['nothing: that is none, never all', [], []],
  ])('whose scopes are %s may do what both say', async (_, scopes, permissions) => {
    await owner.query('UPDATE gatehouse.api_keys SET scopes = $1 WHERE id = $2', [scopes, operator.key.id]);
    expect((await keyOf(operator))?.standing.home.permissions.names()).toEqual(permissions);
  });

  it('loses what its owner’s role loses', async () => {
    await owner.query(
      `DELETE FROM gatehouse.role_permissions WHERE role_id = $1 AND permission = 'admin.users'`,
      [operator.roleId],
    );
    expect((await keyOf(operator))?.standing.home.permissions.names()).toEqual(['scans.read']);
  });

  it('in a tenant that the request names, where its owner is no member, has no permissions there', async () => {
    expect((await keyOf(operator, other.scope.tenantId))?.standing.named).toMatchObject({
      tenantId: other.scope.tenantId,
      active: true,
      operator: false,
      member: false,
    });
    expect((await keyOf(operator, other.scope.tenantId))?.standing.named?.permissions.names()).toEqual([]);
  });

  it('in a tenant that is not there has no standing there', async () => {
    expect((await keyOf(operator, uuidv7()))?.standing.named).toBeUndefined();
  });

  it('in a tenant where its owner is a member has the role’s permissions there, cut down to its scopes', async () => {
    await owner.query('UPDATE gatehouse.users SET email_verified_at = now() WHERE id = $1', [
      operator.userId,
    ]);
    await owner.query(
      `INSERT INTO gatehouse.memberships (tenant_id, user_id, role_id, name) VALUES ($1, $2, $3, 'visitor')`,
      [other.scope.tenantId, operator.userId, other.roleId],
    );
    await owner.query('UPDATE gatehouse.api_keys SET scopes = $1 WHERE id = $2', [
      ['scans.write', 'deploy'],
      operator.key.id,
    ]);
    const standing = (await keyOf(operator, other.scope.tenantId))?.standing;
    expect(standing?.named).toMatchObject({ member: true });
    expect(standing?.named?.permissions.names()).toEqual(['scans.write']);
    expect(standing?.home.permissions.names()).toEqual([]);
  });

  it('in a tenant where its owner was added by an address that was never verified has none', async () => {
    await owner.query(
      `INSERT INTO gatehouse.memberships (tenant_id, user_id, role_id, name) VALUES ($1, $2, $3, 'stranger')`,
      [other.scope.tenantId, operator.userId, other.roleId],
    );
    expect((await keyOf(operator, other.scope.tenantId))?.standing.named?.member).toBe(false);
  });

  it('gets its own answer, however many are asked about at once, twice and with other tenants named', async () => {
    const questions = Array.from({ length: 200 }, (_, index) => ({
      tenant: index % 2 === 0 ? operator : other,
      named: [undefined, operator.scope.tenantId, other.scope.tenantId, uuidv7()][index % 4],
      known: index % 5 !== 0,
    }));
    const answers = await Promise.all(
      questions.map(({ tenant, named, known }) =>
        live.key(known ? tenant.key.digest : Buffer.from(uuidv7()), named),
      ),
    );
    for (const [index, { tenant, named, known }] of questions.entries()) {
      const answer = answers[index];
      expect(answer?.id).toBe(known ? tenant.key.id : undefined);
      const exists = [operator, other].some(({ scope }) => scope.tenantId === named);
      if (known) expect(answer?.standing.named?.tenantId).toBe(exists ? named : undefined);
    }
  });
});

describe('a session', () => {
  it.each<[string, string, object]>([
    [
      'goes on',
      'ended_at = NULL',
      { ended: false, expired: false, userActive: true, amr: ['pwd'], mfaAgeSeconds: undefined },
    ],
    ['has ended', 'ended_at = now()', { ended: true }],
    ['has expired', `expires_at = now() - interval '1 second'`, { expired: true }],
  ])('that %s says so', async (_, set, answer) => {
    await change('sessions', set, operator);
    expect(await live.session(operator.sessionId, undefined)).toMatchObject({
      id: operator.sessionId,
      userId: operator.userId,
      ...answer,
    });
  });

  it('tells how long ago the second factor was proven, by the database’s clock', async () => {
    await change('sessions', `mfa_at = now() - interval '90 seconds', amr = '{pwd,otp}'`, operator);
    const session = await live.session(operator.sessionId, undefined);
    expect(session?.amr).toEqual(['pwd', 'otp']);
    expect(session?.mfaAgeSeconds).toBeGreaterThanOrEqual(90);
    expect(session?.mfaAgeSeconds).toBeLessThan(150);
  });

  it('has all of its user’s permissions, at home and where the request would go', async () => {
    const session = await live.session(operator.sessionId, other.scope.tenantId);
    expect(session?.standing.home.permissions.names()).toEqual(['admin.users', 'scans.read']);
    expect(session?.standing.named?.member).toBe(false);
  });

  it('that nobody has is nobody’s', async () => {
    expect(await live.session(uuidv7(), undefined)).toBeUndefined();
  });
});

describe('the legacy key', () => {
  it('stands for a role of a tenant, both by name', async () => {
    const standing = await live.legacy(other.slug, other.roleName, undefined);
    expect(standing?.home).toMatchObject({ tenantId: other.scope.tenantId, active: true });
    expect(standing?.home.permissions.names()).toEqual(['scans.write']);
  });

  it('stands for nothing without them, and for no role of another tenant', async () => {
    expect(await live.legacy('nowhere', other.roleName, undefined)).toBeUndefined();
    expect(await live.legacy(other.slug, 'no-role', undefined)).toBeUndefined();
    expect(await live.legacy(other.slug, operator.roleName, undefined)).toBeUndefined();
  });

  it('of a built-in role has what the catalogue gives it', async () => {
    expect((await live.legacy(other.slug, 'viewer', undefined))?.home.permissions.names()).toEqual([
      'scans.read',
    ]);
  });
});

describe('break-glass', () => {
  it('is at home in the operator tenant, without permissions of its own', async () => {
    const standing = await live.breakGlass(other.scope.tenantId);
    expect(standing?.home).toMatchObject({ tenantId: operator.scope.tenantId, operator: true });
    expect(standing?.home.permissions.names()).toEqual([]);
    expect(standing?.named).toMatchObject({
      tenantId: other.scope.tenantId,
      features: [`feature-of-${other.slug}`],
    });
    expect(standing?.named?.permissions.names()).toEqual([]);
  });

  it('has no home before the installation was founded', async () => {
    await owner.query('DELETE FROM gatehouse.installation');
    expect(await live.breakGlass(undefined)).toBeUndefined();
  });
});

describe('with the database gone', () => {
  it('every question is an outage', async () => {
    const pool = new pg.Pool({ connectionString: database.appUrl.replace(/:\d+\//, ':1/') });
    const gone = new PgLiveCredentials(pool);
    await expect(gone.key(Buffer.alloc(32), undefined)).rejects.toThrow(Unavailable);
    await expect(gone.session(uuidv7(), undefined)).rejects.toThrow(Unavailable);
    await expect(gone.legacy('a', 'b', undefined)).rejects.toThrow(Unavailable);
    await expect(gone.breakGlass(undefined)).rejects.toThrow(Unavailable);
    await pool.end();
  });
});
