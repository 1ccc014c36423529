import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import type { Answer, Sent } from '../harness/http-client.js';
import { withoutAlias } from '../harness/own-requests.js';
import {
  makeKey,
  makePerson,
  makeRole,
  makeTenant,
  ok,
  verifyAddress,
  type Person,
  type Tenant,
} from '../harness/people.js';
import { query } from '../harness/query.js';

let gatehouse: TestGatehouse;
let tenant: Tenant;
let owner: Sent;

/** What it takes to write at all, and one thing to give. */
const held = ['admin.users', 'admin.roles', 'admin.keys', 'admin.settings', 'keys.own', 'scans.read'];
const within = ['scans.read'];
const beyond = ['scans.read', 'deploy'];

beforeAll(async () => {
  gatehouse = await startTestGatehouse();
  tenant = await makeTenant(gatehouse);
  owner = { token: tenant.owner.token };
  await makeRole(gatehouse.http, tenant.owner.token, 'Lesser', held);
  await makeRole(gatehouse.http, tenant.owner.token, 'Nothing', []);
  await makeRole(gatehouse.http, tenant.owner.token, 'Within', within);
  await makeRole(gatehouse.http, tenant.owner.token, 'Beyond', beyond);
});
afterAll(() => gatehouse.stop());

/** What is written, and what it gives to somebody, or touches. */
interface Write {
  readonly what: string;
  readonly route: string;
  /** Carries it out. Everything it is about is made anew, by the owner. */
  readonly by: (holder: Sent, permissions: string[], role: string) => Promise<Answer>;
}

const writes: readonly Write[] = [
  {
    what: 'making a role',
    route: 'POST /admin/roles',
    by: (holder, permissions) => send(holder, 'POST', '/admin/roles', { name: next('Made'), permissions }),
  },
  {
    what: 'extending a role',
    route: 'PATCH /admin/roles/:id',
    by: async (holder, permissions) =>
      send(holder, 'PATCH', `/admin/roles/${await newRole([])}`, { permissions }),
  },
  {
    what: 'emptying a role',
    route: 'PATCH /admin/roles/:id',
    by: async (holder, permissions) =>
      send(holder, 'PATCH', `/admin/roles/${await newRole(permissions)}`, { permissions: [] }),
  },
  {
    what: 'renaming a role',
    route: 'PATCH /admin/roles/:id',
    by: async (holder, permissions) =>
      send(holder, 'PATCH', `/admin/roles/${await newRole(permissions)}`, { name: next('Renamed') }),
  },
  {
    what: 'deleting a role',
    route: 'DELETE /admin/roles/:id',
    by: async (holder, permissions) => send(holder, 'DELETE', `/admin/roles/${await newRole(permissions)}`),
  },
  {
    what: 'adding a user',
    route: 'POST /admin/users',
    by: (holder, _, role) => send(holder, 'POST', '/admin/users', { email: nextEmail(), name: 'x', role }),
  },
  {
    what: 'inviting somebody',
    route: 'POST /admin/invitations',
    by: (holder, _, role) => send(holder, 'POST', '/admin/invitations', { email: nextEmail(), role }),
  },
  {
    what: 'giving a user another role',
    route: 'PATCH /admin/users/:id',
    by: async (holder, _, role) =>
      send(holder, 'PATCH', `/admin/users/${await newUser('Nothing')}`, { role }),
  },
  ...[{ role: 'Nothing' }, { name: 'Renamed' }, { status: 'disabled' }].map((change) => ({
    what: `changing a user: ${Object.keys(change).join()}`,
    route: 'PATCH /admin/users/:id',
    by: async (holder: Sent, _: string[], role: string) =>
      send(holder, 'PATCH', `/admin/users/${await newUser(role)}`, change),
  })),
  {
    what: 'letting a user in again',
    route: 'PATCH /admin/users/:id',
    by: async (holder, _, role) => {
      const path = `/admin/users/${await newUser(role)}`;
      ok(await send(owner, 'PATCH', path, { status: 'disabled' }), 200);
      return send(holder, 'PATCH', path, { status: 'active' });
    },
  },
  {
    what: 'making a key for oneself',
    route: 'POST /auth/api-keys',
    by: (holder, scopes) => send(holder, 'POST', '/auth/api-keys', { name: 'x', scopes }),
  },
  {
    what: 'making a key for somebody who holds everything',
    route: 'POST /admin/users/:id/api-keys',
    by: (holder, scopes) =>
      send(holder, 'POST', `/admin/users/${tenant.owner.id}/api-keys`, { name: 'x', scopes }),
  },
  {
    what: 'rotating a key of one’s own',
    route: 'POST /auth/api-keys/:id/rotate',
    by: async (holder, scopes) => {
      // Who has come from elsewhere has no account here, and is told so.
      const me = (await send(holder, 'GET', '/auth/me')).body as { id?: string };
      const id = await newKey(me.id ?? tenant.owner.id, scopes);
      return send(holder, 'POST', `/auth/api-keys/${id}/rotate`);
    },
  },
  {
    what: 'rotating a key of somebody who holds everything',
    route: 'POST /admin/users/:id/api-keys/:keyId/rotate',
    by: async (holder, scopes) => {
      const id = await newKey(tenant.owner.id, scopes);
      return send(holder, 'POST', `/admin/users/${tenant.owner.id}/api-keys/${id}/rotate`);
    },
  },
];

/** Writing that gives nobody anything: it takes away, or is the operator's. */
const giveNothing = [
  'DELETE /admin/users/:id/api-keys/:keyId',
  'DELETE /auth/api-keys/:id',
  'DELETE /admin/users/:id/second-factor',
  'POST /auth/2fa/backup-codes',
  'POST /auth/2fa/disable',
  'POST /auth/2fa/setup',
  'POST /auth/2fa/verify',
  'POST /auth/step-up',
  'POST /auth/logout',
  'POST /auth/password/change',
  'DELETE /auth/sessions',
  'DELETE /auth/sessions/:id',
  'DELETE /admin/invitations/:id',
  'POST /admin/tenants',
  'PATCH /admin/tenants/:id',
];

describe('nobody grants more than they hold', () => {
  it('on any route that writes: each is put to the test here, or gives nothing', () => {
    const writing = gatehouse.routes.filter(
      ({ method, demand }) => method !== 'GET' && demand.kind === 'protected',
    );
    const found = new Set(writing.map(({ method, path }) => `${method} ${withoutAlias(path)}`));
    expect([...found].sort()).toEqual(
      [...new Set([...writes.map(({ route }) => route), ...giveNothing])].sort(),
    );
  });

  describe.each<[string, () => Promise<Sent>]>([
    ['by a session', lesserBySession],
    ['by a key that may do less than its owner', lesserByKey],
    ['by somebody who has entered the tenant', lesserFromElsewhere],
  ])('%s', (_how, makeHolder) => {
    let holder: Sent;
    beforeAll(async () => {
      holder = await makeHolder();
    });

    it.each(writes)('$what: what is held, and nothing beyond it', async ({ by }) => {
      const allowed = await by(holder, within, 'Within');
      const refused = await by(holder, beyond, 'Beyond');
      expect(refused.status).toBe(403);
      // What is one's own is not reached from elsewhere at all.
      if (refused.body.code === 'HOME_TENANT_ONLY') return;
      expect(['BEYOND_OWN_PERMISSIONS', 'SCOPE_NOT_HELD']).toContain(refused.body.code);
      expect([200, 201, 204]).toContain(allowed.status);
    });
  });
});

describe('a key', () => {
  const all = ['scans.read', 'scans.write', 'databases:read', 'deploy', 'keys.own'];
  const subsets = [all, ['scans.read'], ['scans.write', 'deploy'], ['databases:read', 'keys.own'], []];

  it('may do what stands in its scopes and in its owner’s role: nothing else, and nothing where they don’t meet', async () => {
    const roleId = await newRole(all, 'Changing');
    const person = await makePerson(gatehouse.http, tenant.owner.token, { role: 'Changing' });
    const keys: { scopes: string[]; key: string }[] = [];
    for (const scopes of subsets.filter(({ length }) => length > 0)) {
      keys.push({ scopes, key: (await makeKey(gatehouse.http, person.token, scopes)).key });
    }
    for (const permissions of subsets) {
      ok(await send(owner, 'PATCH', `/admin/roles/${roleId}`, { permissions }), 200);
      for (const { scopes, key } of keys) {
        const me = ok(await gatehouse.http.get('/auth/me', { key }), 200).body;
        expect({ permissions, scopes, may: me.permissions }).toEqual({
          permissions,
          scopes,
          may: scopes.filter((scope) => permissions.includes(scope)).sort(),
        });
      }
    }
  });
});

async function lesserBySession(): Promise<Sent> {
  const { token } = await makePerson(gatehouse.http, tenant.owner.token, { role: 'Lesser' });
  return { token };
}

async function lesserByKey(): Promise<Sent> {
  const { key } = await makeKey(gatehouse.http, tenant.owner.token, held);
  return { key };
}

/** An owner at home, who may do less here. */
async function lesserFromElsewhere(): Promise<Sent> {
  const { owner: person }: { owner: Person } = await makeTenant(gatehouse);
  ok(await send(owner, 'POST', '/admin/users', { email: person.email, name: 'Guest', role: 'Lesser' }), 201);
  await verifyAddress(gatehouse, person.id);
  return { token: person.token, headers: { 'x-tenant-id': tenant.id } };
}

function send(sender: Sent, method: string, path: string, body?: unknown): Promise<Answer> {
  return gatehouse.http.send(method, path, { ...sender, body });
}

function newRole(permissions: string[], name = next('Role')): Promise<string> {
  return makeRole(gatehouse.http, tenant.owner.token, name, permissions);
}

/** Adds a user who never logs in. @returns their id */
async function newUser(role: string): Promise<string> {
  const made = await send(owner, 'POST', '/admin/users', { email: nextEmail(), name: 'Somebody', role });
  return (ok(made, 201).body as { id: string }).id;
}

/** Makes a key, also with scopes that its owner's role has lost since. @returns its id */
async function newKey(userId: string, scopes: string[]): Promise<string> {
  const body = { name: 'x', scopes: within };
  const made = ok(await send(owner, 'POST', `/admin/users/${userId}/api-keys`, body), 201);
  const { id } = made.body as { id: string };
  await query(
    gatehouse.databaseUrl,
    `UPDATE gatehouse.api_keys SET scopes = '{${scopes.join(',')}}' WHERE id = '${id}'`,
  );
  return id;
}

let count = 0;

function next(name: string): string {
  return `${name} ${(count += 1)}`;
}

function nextEmail(): string {
  return `granted-${(count += 1)}@example.test`;
}
