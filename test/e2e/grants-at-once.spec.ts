import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import type { Answer, Sent } from '../harness/http-client.js';
import { makeRole, makeTenant, ok } from '../harness/people.js';

let gatehouse: TestGatehouse;
let owner: Sent & { readonly token: string };

beforeAll(async () => {
  gatehouse = await startTestGatehouse();
  owner = (await makeTenant(gatehouse)).owner;
});
afterAll(() => gatehouse.stop());

const rounds = Array.from({ length: 20 }, (_, index) => index);

/** What is given while it is being taken away. Either comes first; what is judged by the one is never given as the other. */
describe('a key', () => {
  it('made in the moment in which its owner’s role shrinks is refused, or loses what the role lost', async () => {
    for (const round of rounds) {
      const name = `Shrinking ${round}`;
      const roleId = await makeRole(gatehouse.http, owner.token, name, [
        'scans.read',
        'scans.write',
        'keys.own',
      ]);
      const user = await newUser(name);
      const maker = { key: await keyOf(user, ['keys.own', 'scans.write']) };
      const [made] = await Promise.all([
        send(maker, 'POST', '/auth/api-keys', { name: 'x', scopes: ['scans.write', 'keys.own'] }),
        send(owner, 'PATCH', `/admin/roles/${roleId}`, { permissions: ['scans.read', 'keys.own'] }),
      ]);
      if (made.status !== 201) {
        expect(made).toMatchObject({ status: 403, body: { code: 'SCOPE_NOT_HELD' } });
        continue;
      }
      expect(await lastChanges(2)).toEqual(['role.updated', 'api_key.created']);
      const key = made.body.api_key as string;
      expect(await send({ key }, 'POST', '/scans', {})).toMatchObject({
        status: 403,
        body: { code: 'FORBIDDEN' },
      });
      // Nor does it hand on what it has on paper.
      const heir = await send({ key }, 'POST', '/auth/api-keys', { name: 'x', scopes: ['scans.write'] });
      expect(heir).toMatchObject({ status: 403, body: { code: 'SCOPE_NOT_HELD' } });
    }
  });

  it('made by an admin in the moment in which its owner is disabled or demoted does not come alive', async () => {
    for (const round of rounds) {
      const user = await newUser('member');
      const change = round % 2 === 0 ? { status: 'disabled' } : { role: 'legacy-restricted' };
      const [made] = await Promise.all([
        send(owner, 'POST', `/admin/users/${user}/api-keys`, { name: 'x', scopes: ['scans.write'] }),
        send(owner, 'PATCH', `/admin/users/${user}`, change),
      ]);
      if (made.status === 201) {
        expect(await lastChanges(2)).toEqual(['user.updated', 'api_key.created']);
        const used = await send({ key: made.body.api_key as string }, 'POST', '/scans', {});
        expect(used.status).toBe('status' in change ? 401 : 403);
      } else {
        const expected = 'status' in change ? [409, 'USER_DISABLED'] : [403, 'SCOPE_NOT_HELD'];
        expect([made.status, made.body.code]).toEqual(expected);
      }
    }
  });

  it('revoked by several at once is revoked once, and used no more', async () => {
    for (const round of rounds.slice(0, 5)) {
      const user = await newUser('member');
      const key = await keyOf(user, ['scans.read']);
      const { data } = (await send(owner, 'GET', `/admin/users/${user}/api-keys`)).body as {
        data: { id: string }[];
      };
      const path = `/admin/users/${user}/api-keys/${data[0]?.id}`;
      const revoked = await Promise.all(Array.from({ length: 8 }, () => send(owner, 'DELETE', path)));
      expect({ round, statuses: new Set(revoked.map(({ status }) => status)) }).toEqual({
        round,
        statuses: new Set([204]),
      });
      expect(await lastChanges(2)).toEqual(['api_key.revoked', 'api_key.created']);
      expect((await send({ key }, 'GET', '/scans/1')).status).toBe(401);
    }
  });
});

describe('a role', () => {
  it('deleted in the moment in which somebody is given it is either gone or given, and never half of both', async () => {
    for (const round of rounds) {
      const name = `Vanishing ${round}`;
      const roleId = await makeRole(gatehouse.http, owner.token, name, ['scans.read']);
      const user = await newUser('viewer');
      const giving =
        round % 2 === 0
          ? send(owner, 'PATCH', `/admin/users/${user}`, { role: name })
          : send(owner, 'POST', '/admin/users', { email: nextEmail(), name: 'x', role: name });
      const [given, deleted] = await Promise.all([giving, send(owner, 'DELETE', `/admin/roles/${roleId}`)]);
      if (deleted.status === 204)
        expect(given).toMatchObject({ status: 400, body: { errors: [{ field: 'role' }] } });
      else expect([given.status, deleted.body.code]).toEqual([round % 2 === 0 ? 200 : 201, 'ROLE_IN_USE']);
    }
  });

  it('changed by several at once ends as one of them wanted it, not as a mixture', async () => {
    const roleId = await makeRole(gatehouse.http, owner.token, 'Contested', []);
    const wishes = [
      ['scans.read'],
      ['scans.write', 'deploy'],
      [],
      ['databases:read', 'keys.own', 'scans.read'],
    ];
    for (const round of rounds.slice(0, 8)) {
      const changes = wishes.map((permissions) =>
        send(owner, 'PATCH', `/admin/roles/${roleId}`, { permissions }),
      );
      expect(new Set((await Promise.all(changes)).map(({ status }) => status))).toEqual(new Set([200]));
      const { permissions } = (await send(owner, 'GET', `/admin/roles/${roleId}`)).body as {
        permissions: string[];
      };
      expect({ round, wishes: wishes.map((wish) => [...wish].sort()) }).toEqual({
        round,
        wishes: expect.arrayContaining([permissions]),
      });
    }
  });
});

describe('a name that is there once', () => {
  it('is taken by one of those who want it at the same time: a role, a tenant, a user', async () => {
    const operator = { token: gatehouse.adminToken };
    const wanted: [Sent, string, unknown][] = [
      [owner, '/admin/roles', { name: 'Wanted', permissions: [] }],
      [operator, '/admin/tenants', { name: 'Wanted', slug: 'wanted' }],
      [owner, '/admin/users', { email: 'wanted@example.test', name: 'x', role: 'viewer' }],
    ];
    for (const [sender, path, body] of wanted) {
      const made = await Promise.all(Array.from({ length: 8 }, () => send(sender, 'POST', path, body)));
      const statuses = made.map(({ status }) => status).sort();
      expect({ path, statuses }).toEqual({ path, statuses: [201, ...Array.from({ length: 7 }, () => 409)] });
    }
  });

  it('of an account is shared by those who add it in different tenants at the same time', async () => {
    const tenants = await Promise.all([1, 2, 3].map(() => makeTenant(gatehouse)));
    const body = { email: 'shared@example.test', name: 'x', role: 'viewer' };
    const made = await Promise.all(tenants.map((tenant) => send(tenant.owner, 'POST', '/admin/users', body)));
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(made.map((answer) => answer.body.id)).size).toBe(1);
  });
});

function send(sender: Sent, method: string, path: string, body?: unknown): Promise<Answer> {
  return gatehouse.http.send(method, path, { token: sender.token, key: sender.key, body });
}

/** Adds a user who never logs in. @returns their id */
async function newUser(role: string): Promise<string> {
  const made = await send(owner, 'POST', '/admin/users', { email: nextEmail(), name: 'Somebody', role });
  return (ok(made, 201).body as { id: string }).id;
}

async function keyOf(userId: string, scopes: string[]): Promise<string> {
  const made = await send(owner, 'POST', `/admin/users/${userId}/api-keys`, { name: 'x', scopes });
  return (ok(made, 201).body as { api_key: string }).api_key;
}

/** The latest changes in the tenant, the newest first. */
async function lastChanges(count: number): Promise<string[]> {
  const { data } = ok(await send(owner, 'GET', `/admin/audit?kind=change&limit=${count}`), 200).body as {
    data: { action: string }[];
  };
  return data.map(({ action }) => action);
}

let count = 0;

function nextEmail(): string {
  return `at-once-${(count += 1)}@example.test`;
}
