import { inspect } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import { DataSource, type EntityManager } from 'typeorm';
import { createMigratedDatabase, type MigratedDatabase } from '../../../test/harness/migrated-database.js';
import { changeIn, furnishTenant, type FurnishedTenant } from '../../../test/harness/tenants.js';
import { PermissionSet } from '../../kernel/permission-set.js';
import { TenantScope } from '../../kernel/tenant-scope.js';
import { Database } from '../database.js';
import { entities } from '../entities/index.js';
import { Stores } from './index.js';
import { TenantStore } from './tenant-store.js';

const page = { after: undefined, limit: 100 };

/** Everything a store can do, aimed at another tenant's rows: `them` is whose. */
const aimed: Readonly<Record<string, (stores: Stores, them: FurnishedTenant) => Promise<unknown>>> = {
  'tenants.list': ({ tenants }) => tenants.list(page),
  'tenants.find': ({ tenants }, { scope }) => tenants.find(scope.tenantId),
  'tenants.hold': ({ tenants }, { scope }) => tenants.hold(scope.tenantId),
  'tenants.create': ({ tenants }) => tenants.create({ id: uuidv7(), name: 'one more', slug: uuidv7() }),
  'tenants.update': ({ tenants }, { scope }) => tenants.update(scope.tenantId, { status: 'suspended' }),
  'tenants.setFeatures': ({ tenants }, { scope }) => tenants.setFeatures(scope.tenantId, ['everything']),
  'users.list': ({ users }) => users.list(page, 'o'),
  'users.find': ({ users }, { userId }) => users.find(userId),
  'users.hold': ({ users }, { userId }) => users.hold(userId, 'to-change'),
  'users.add': ({ users }, { roleId }) => users.add({ ...newUser(), roleId }),
  'users.update': ({ users }, { userId }) => users.update(userId, { name: 'taken over', status: 'disabled' }),
  'users.endSessions': ({ users }, { userId }) => users.endSessions(userId),
  'users.holdAccount': ({ users }, { userId }) => users.holdAccount(userId, 'to-change'),
  'users.isAtHome': ({ users }, { userId }) => users.isAtHome(userId).then(no),
  'users.strengthenHash': ({ users }, { userId }) =>
    users.strengthenHash(userId, 'hash of them', 'taken over'),
  'secondFactors.begin': ({ secondFactors }, { userId }) => secondFactors.begin(userId, bytes).then(no),
  'secondFactors.hold': ({ secondFactors }, { userId }) =>
    secondFactors.hold(userId).then((held) => expect(held).toBeUndefined()),
  'secondFactors.enable': ({ secondFactors }, { userId }) => secondFactors.enable(userId),
  'secondFactors.takeStep': ({ secondFactors }, { userId }) => secondFactors.takeStep(userId, 1).then(no),
  'secondFactors.takeBackupCode': ({ secondFactors }, { userId, backupCodeDigest }) =>
    secondFactors.takeBackupCode(userId, backupCodeDigest).then(no),
  'secondFactors.replaceBackupCodes': ({ secondFactors }, { userId }) =>
    secondFactors.replaceBackupCodes(userId, [bytes]),
  'secondFactors.remove': ({ secondFactors }, { userId }) => secondFactors.remove(userId),
  'users.countActiveWithRole': ({ users }, { roleId }) => users.countActiveWithRole(roleId).then(none),
  'roles.list': ({ roles }) => roles.list(page),
  'roles.find': ({ roles }, { roleId }) => roles.find(roleId),
  'roles.findByName': ({ roles }, { roleName }) => roles.findByName(roleName),
  'roles.hold': ({ roles }, { roleId }) => roles.hold([roleId], 'to-change'),
  'roles.create': ({ roles }, { roleId }) =>
    roles.create({ id: roleId, name: 'taken over', permissions: some }),
  'roles.rename': ({ roles }, { roleId }) => roles.rename(roleId, 'taken over'),
  'roles.setPermissions': ({ roles }, { roleId }) => roles.setPermissions(roleId, some),
  'roles.delete': ({ roles }, { roleId }) => roles.delete(roleId),
  'users.isMember': ({ users }, { email }) => users.isMember(email).then(no),
  'accounts.hold': ({ accounts }, { userId }) =>
    accounts.hold(userId).then((held) => expect(held).toBeUndefined()),
  'accounts.setPassword': ({ accounts }, { userId }) => accounts.setPassword(userId, 'taken over', true),
  'accounts.markPasswordOwn': ({ accounts }, { userId }) => accounts.markPasswordOwn(userId),
  'accounts.verifyAddress': ({ accounts }, { userId }) => accounts.verifyAddress(userId),
  'accounts.issueToken': ({ accounts }, { userId }) =>
    accounts
      .issueToken({ id: uuidv7(), userId, purpose: 'verify-email', digest: bytes, lifetimeSeconds: 60 }, 100)
      .then(no),
  'accounts.useToken': ({ accounts }, { accountToken }) =>
    accounts.useToken(accountToken.digest, 'reset-password').then((used) => expect(used).toBeUndefined()),
  'invitations.list': ({ invitations }) => invitations.list(page),
  'invitations.find': ({ invitations }, { invitation }) => invitations.find(invitation.id),
  'invitations.create': ({ invitations }, { userId, roleId, invitation }) =>
    invitations.create({
      ...invitation,
      email: 'taken@over.example',
      emailKey: 'guest@them.example',
      roleId,
      invitedBy: userId,
      keyId: null,
      lifetimeSeconds: 60,
    }),
  'invitations.revoke': ({ invitations }, { invitation }) => invitations.revoke(invitation.id).then(no),
  'invitations.claim': ({ invitations }, { invitation }) =>
    invitations.claim(invitation.digest).then((claimed) => expect(claimed).toBeUndefined()),
  'invitations.standingsOfInviter': ({ invitations }, { userId }) =>
    invitations.standingsOfInviter(userId, null).then((standings) => expect(standings).toEqual([])),
  'sessions.listOf': ({ sessions }, { userId }) => sessions.listOf(userId, page),
  'sessions.endOf': ({ sessions }, { userId, sessionId }) => sessions.endOf(userId, sessionId).then(no),
  'sessions.endAllOf': ({ sessions }, { userId }) => sessions.endAllOf(userId).then(none),
  'keys.listOf': ({ keys }, { userId }) => keys.listOf(userId, page),
  'keys.findOf': ({ keys }, { userId, key }) => keys.findOf(userId, key.id),
  'keys.hold': ({ keys }, { userId, key }) => keys.hold(userId, key.id, 'to-change'),
  'keys.replace': ({ keys }, { userId, key }) => keys.replace(userId, key.id, uuidv7(), new Date()).then(no),
  'keys.create': ({ keys }, { userId, key }) => keys.create({ ...newKey(), userId, id: key.id }),
  'keys.revoke': ({ keys }, { userId, key }) => keys.revoke(userId, key.id).then(no),
  'sessions.start': ({ sessions }, { userId, sessionId }) =>
    sessions.start({ ...newSession(), userId, id: sessionId }),
  'sessions.extend': ({ sessions }, { sessionId }) => sessions.extend(sessionId, 1),
  'sessions.end': ({ sessions }, { sessionId }) => sessions.end(sessionId).then(no),
  'sessions.proveSecondFactor': ({ sessions }, { sessionId }) => sessions.proveSecondFactor(sessionId),
  'sessions.forgetSecondFactor': ({ sessions }, { sessionId }) => sessions.forgetSecondFactor(sessionId),
  'sessions.addRefreshToken': ({ sessions }, { sessionId }) =>
    sessions.addRefreshToken({ ...newToken(), sessionId }),
  'sessions.holdRefreshToken': ({ sessions }, { refreshToken }) =>
    sessions.holdRefreshToken(refreshToken.digest),
  'sessions.useRefreshToken': ({ sessions }, { refreshToken }) =>
    sessions.useRefreshToken(refreshToken.id, Buffer.alloc(1)),
  'trail.list': ({ trail }) => trail.list({}, undefined, 100),
};
/** What has nothing to do with any tenant's rows, or writes for all of them. This list only shrinks. */
const aimless = ['installation.claim', 'installation.found', 'keys.now', 'trail.record'];

let database: MigratedDatabase;
let app: Database;
let owner: DataSource;
let us: FurnishedTenant;
let them: FurnishedTenant;

beforeAll(async () => {
  database = await createMigratedDatabase();
  app = new Database({ url: database.appUrl, connectTimeoutMs: 30_000, statementTimeoutMs: 30_000 });
  await app.open();
  owner = await new DataSource({
    type: 'postgres',
    url: database.url,
    schema: 'gatehouse',
    entities,
    installExtensions: false,
  }).initialize();
  us = await furnishTenant(app, 'us');
  them = await furnishTenant(app, 'them');
});
afterAll(async () => {
  await Promise.all([app.close(), owner.destroy()]);
  await database.drop();
});
afterEach(() => jest.restoreAllMocks());

it('whatever a store can do is put to the test', () => {
  expect([...Object.keys(aimed), ...aimless].sort()).toEqual(everyMethod());
});

describe.each<[string, (work: Work) => Promise<unknown>]>([
  ['the store’s own filter is removed', (work) => withFilter({}, () => app.within(us.scope, work))],
  [
    'the store’s own filter names the other tenant',
    (work) => withFilter({ tenantId: them.scope.tenantId }, () => app.within(us.scope, work)),
  ],
  [
    'the store believes it was in the other tenant',
    (work) => inTransactionOf(us, (manager) => work(new Stores(manager, them.scope))),
  ],
  [
    'the store believes it was the operator’s',
    (work) =>
      inTransactionOf(us, (manager) => work(new Stores(manager, TenantScope.mint(us.scope.tenantId, true)))),
  ],
  [
    'the transaction is in no tenant',
    (work) => app.outsideTenants((manager) => work(new Stores(manager, them.scope))),
  ],
])('row-level security keeps tenants apart when %s', (_, around) => {
  it.each(Object.entries(aimed))('%s', async (_name, act) => {
    await expectUntouched((attempt) => around((stores) => attempt(act(stores, them))));
  });
});

describe('the store’s own filter keeps tenants apart when row-level security is gone', () => {
  it.each(Object.entries(aimed))('%s', async (_name, act) => {
    await expectUntouched((attempt) =>
      owner.transaction((manager) => attempt(act(new Stores(manager, us.scope), them))),
    );
  });
});

describe('with both in place', () => {
  it.each(Object.entries(aimed))('%s', async (_name, act) => {
    await expectUntouched((attempt) => app.within(us.scope, (stores) => attempt(act(stores, them))));
  });

  it('each tenant finds what is its own', async () => {
    for (const tenant of [us, them]) {
      await app.within(tenant.scope, async ({ tenants, users, roles, keys, trail }) => {
        expect((await tenants.list(page)).items).toMatchObject([
          { slug: tenant.slug, features: [`feature-of-${tenant.slug}`] },
        ]);
        expect((await users.list(page)).items).toMatchObject([{ id: tenant.userId, role: tenant.roleName }]);
        expect((await roles.list(page)).items).toHaveLength(6);
        expect((await keys.listOf(tenant.userId, page)).items).toMatchObject([{ id: tenant.key.id }]);
        expect(await trail.list({}, undefined, 100)).toMatchObject([{ details: { about: tenant.slug } }]);
      });
    }
  });

  it('the trail cannot be changed, nor can somebody else’s part of it be read', async () => {
    await app.within(us.scope, ({ trail }) =>
      trail.record(changeIn(them.scope, { about: 'written for them' })),
    );
    const seen = await app.within(us.scope, ({ trail }) => trail.list({}, undefined, 100));
    expect(inspect(seen)).not.toContain('written for them');
  });
});

type Work = (stores: Stores) => Promise<unknown>;
/** Runs an act to its end, whatever that is. */
type Attempt = (act: Promise<unknown>) => Promise<void>;

/** What an act gives away of the others holds nothing of theirs, and it changes nothing of theirs. */
async function expectUntouched(around: (attempt: Attempt) => Promise<unknown>): Promise<void> {
  const before = await everythingOf(them);
  let shown: unknown;
  await around(async (act) => {
    shown = await act;
  }).catch((error: unknown) => {
    // A refusal by the database is as good: a constraint, a policy, or a filter that isn't there.
    if (typeof (error as { code?: unknown }).code !== 'string') throw error;
    shown = undefined;
  });
  expect(theirsIn(shown)).toEqual([]);
  expect(await everythingOf(them)).toEqual(before);
}

/** All rows of a tenant, in every table, as somebody sees them whom no policy binds. */
async function everythingOf({ scope, userId }: FurnishedTenant): Promise<unknown[]> {
  const tables = await owner.query<{ name: string }[]>(
    `SELECT table_name AS name FROM information_schema.columns
     WHERE table_schema = 'gatehouse' AND column_name = 'tenant_id' AND table_name !~ '^(standings|role_grants|audit_events_.*)$' ORDER BY 1`,
  );
  expect(tables.length).toBeGreaterThanOrEqual(8);
  const rows = tables.map(({ name }) =>
    owner.query<unknown[]>(`SELECT t::text FROM gatehouse.${name} t WHERE tenant_id = $1 ORDER BY 1`, [
      scope.tenantId,
    ]),
  );
  const tenant = owner.query<unknown[]>('SELECT t::text FROM gatehouse.tenants t WHERE id = $1', [
    scope.tenantId,
  ]);
  const user = owner.query<unknown[]>('SELECT t::text FROM gatehouse.users t WHERE id = $1', [userId]);
  const factors = ['totp_secrets', 'backup_codes', 'account_tokens'].map((name) =>
    owner.query<unknown[]>(`SELECT t::text FROM gatehouse.${name} t WHERE user_id = $1`, [userId]),
  );
  return Promise.all([...rows, ...factors, tenant, user]);
}

/** Their ids, names and addresses that can be read in something. */
function theirsIn(shown: unknown): string[] {
  const text = inspect(shown, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity });
  const { scope, userId, email, roleId, roleName, key, sessionId, refreshToken } = them;
  const theirs = [
    scope.tenantId,
    userId,
    email,
    roleId,
    roleName,
    key.id,
    sessionId,
    refreshToken.id,
    'of them',
    'tenant them',
  ];
  return theirs.filter((one) => text.includes(one));
}

/** Runs work while every store's filter is another one. */
async function withFilter<T>(filter: object, work: () => Promise<T>): Promise<T> {
  jest.spyOn(TenantStore.prototype as unknown as { own: () => object }, 'own').mockReturnValue(filter);
  return work();
}

function inTransactionOf<T>(
  { scope }: FurnishedTenant,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  return app.outsideTenants(async (manager) => {
    await manager.query(`SELECT set_config('app.tenant', $1, true)`, [scope.tenantId]);
    return work(manager);
  });
}

/** `store.method` of everything that can be called on `Stores`, found by looking. */
function everyMethod(): string[] {
  const stores = new Stores(owner.manager, us.scope);
  const inherited = new Set(Object.getOwnPropertyNames(TenantStore.prototype));
  const hidden = new Set([
    'select',
    'visible',
    'sees',
    'findBy',
    'withPermissions',
    'permissionsOf',
    'withFeatures',
    'revokeWhere',
    'voidTokens',
  ]);
  return Object.entries(stores)
    .flatMap(([store, made]) =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(made))
        .filter((name) => !inherited.has(name) && !hidden.has(name))
        .map((name) => `${store}.${name}`),
    )
    .sort();
}

const bytes = Buffer.from('taken over');
const some = PermissionSet.of(['admin.users']);
const newUser = () => ({
  id: uuidv7(),
  email: 'new@us.example',
  emailKey: uuidv7(),
  passwordHash: null,
  name: 'new',
});
const newToken = () => ({ id: uuidv7(), digest: Buffer.from(uuidv7()) });
const newSession = () => ({ amr: [], lifetimeSeconds: 1, sourceAddress: '', userAgent: '' });
const newKey = () => ({
  name: 'new',
  prefix: 'cspm_',
  digest: Buffer.from(uuidv7()),
  scopes: [],
  environment: 'live' as const,
  expiresAt: null,
  createdBy: '',
});

/** A number or a truth that an act answers must say that it found nothing. */
const none = (count: number) => expect(count).toBe(0);
const no = (done: boolean) => expect(done).toBe(false);
