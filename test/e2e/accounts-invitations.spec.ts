import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { gather } from '../harness/gather.js';
import type { Answer, Sent } from '../harness/http-client.js';
import { Mailbox } from '../harness/mailbox.js';
import {
  makeKey,
  makePerson,
  makeRole,
  makeTenant,
  ok,
  personPassword,
  type Tenant,
} from '../harness/people.js';
import { query } from '../harness/query.js';

let gatehouse: TestGatehouse;
let tenant: Tenant;
let owner: Sent;
const mailbox = new Mailbox();
const chosen = 'chosen by whoever was invited';

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ env: { REGISTRATION: 'invite' }, mailer: mailbox });
  tenant = await makeTenant(gatehouse);
  owner = { token: tenant.owner.token };
});
afterAll(() => gatehouse.stop());

describe('an invitation', () => {
  it('is mailed with its token, which nobody else gets to see', async () => {
    const email = nextEmail();
    const made = ok(await invite(email, 'viewer'), 201);
    expect(made.body).toEqual({
      id: expect.any(String),
      email,
      role: 'viewer',
      status: 'open',
      invited_by: tenant.owner.id,
      created_at: expect.any(String),
      expires_at: expect.any(String),
    });
    expect(Date.parse(made.body.expires_at) - Date.parse(made.body.created_at)).toBe(7 * 86_400_000);
    const mail = await mailbox.mail(email);
    expect(mail.text).toContain('http://gatehouse.test/console/accept-invitation#token=');
    const token = await mailbox.token(email);
    const listed = ok(await gatehouse.http.get('/admin/invitations', owner), 200);
    expect(listed.body.data).toContainEqual(made.body);
    const dump = await query(
      gatehouse.databaseUrl,
      `SELECT (SELECT string_agg(i::text, '') FROM gatehouse.invitations i) || (SELECT string_agg(e::text, '') FROM gatehouse.audit_events e) AS answer`,
    );
    expect([made.text, listed.text, String(dump)].join()).not.toContain(token);
  });

  it('gives an address without an account one, whose password its owner chooses', async () => {
    const email = nextEmail();
    const token = await invited(email, 'viewer');
    const without = await accept({ token, name: 'New Here' });
    expect(without).toMatchObject({ status: 400, body: { code: 'PASSWORD_REQUIRED' } });
    const accepted = ok(await accept({ token, name: 'New Here', password: chosen }), 200).body;
    expect(accepted).toMatchObject({ tenant_id: tenant.id, email });
    const { user } = ok(await logIn(email, chosen), 200).body;
    expect(user).toMatchObject({
      id: accepted.user_id,
      name: 'New Here',
      role: 'viewer',
      tenant_id: tenant.id,
    });
    expect(user.email_verified_at).not.toBeNull();
    expect((await accept({ token, name: 'Again', password: chosen })).body.code).toBe('INVALID_TOKEN');
  });

  it('makes a member of an account that is verified, which keeps its password', async () => {
    const person = await makePerson(gatehouse.http, gatehouse.adminToken, { email: nextEmail() });
    await query(
      gatehouse.databaseUrl,
      `UPDATE gatehouse.users SET email_verified_at = now() WHERE id = '${person.id}'`,
    );
    const token = await invited(person.email, 'viewer');
    expect(await accept({ token, name: 'x', password: chosen })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'password' }] },
    });
    expect(ok(await accept({ token, name: 'Known There' }), 200).body.user_id).toBe(person.id);
    const { user } = ok(await logIn(person.email, personPassword, tenant.id), 200).body;
    expect(user).toMatchObject({ id: person.id, name: 'Known There', role: 'viewer' });
    expect((await logIn(person.email, chosen)).status).toBe(401);
    // Who acted before goes on.
    expect((await gatehouse.http.get('/auth/me', { token: person.token })).status).toBe(200);
  });

  it('takes an account that was never verified away from whoever made it for the address', async () => {
    const attacker = await makeTenant(gatehouse);
    const email = nextEmail();
    const victim = await makePerson(gatehouse.http, attacker.owner.token, { email });
    const token = await invited(email, 'admin');
    expect((await accept({ token, name: 'x' })).body.code).toBe('PASSWORD_REQUIRED');
    ok(await accept({ token, name: 'x', password: chosen }), 200);
    expect((await logIn(email, personPassword)).status).toBe(401);
    expect((await logIn(email, personPassword, tenant.id)).status).toBe(401);
    expect((await gatehouse.http.get('/auth/me', { token: victim.token })).status).toBe(401);
    expect((await logIn(email, chosen, tenant.id)).status).toBe(200);
  });

  it('lets one person in, though its token comes twenty times at once', async () => {
    const email = nextEmail();
    const token = await invited(email, 'viewer');
    const answers = await gather(Array.from({ length: 20 }), () =>
      accept({ token, name: 'x', password: chosen }),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'INVALID_TOKEN')).toHaveLength(19);
  });

  it('is good for registering with its address, and for no other', async () => {
    const email = nextEmail();
    const invitation = await invited(email, 'viewer');
    const body = { email: nextEmail(), password: chosen, name: 'x', invitation };
    expect((await post('/auth/register', body)).body.code).toBe('INVALID_TOKEN');
    const registered = await post('/auth/register', { ...body, email: ` ${email.toUpperCase()} ` });
    expect(ok(registered, 202).body).toEqual({ status: 'registered' });
    expect(ok(await logIn(email, chosen), 200).body.user).toMatchObject({
      role: 'viewer',
      tenant_id: tenant.id,
    });
  });

  it.each([
    ['expired', `UPDATE gatehouse.invitations SET expires_at = now() WHERE email_key = $`],
    ['revoked in the database', `UPDATE gatehouse.invitations SET revoked_at = now() WHERE email_key = $`],
    ['used', `UPDATE gatehouse.invitations SET used_at = now() WHERE email_key = $`],
  ])('that is %s lets nobody in', async (_what, change) => {
    const email = nextEmail();
    const token = await invited(email, 'viewer');
    await query(gatehouse.databaseUrl, change.replace('$', `'${email}'`));
    expect(await accept({ token, name: 'x', password: chosen })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_TOKEN' },
    });
    expect((await logIn(email, chosen)).status).toBe(401);
  });

  it('that is revoked lets nobody in, and can be revoked once', async () => {
    const email = nextEmail();
    const { id } = ok(await invite(email, 'viewer'), 201).body;
    const token = await mailbox.token(email);
    ok(await gatehouse.http.delete(`/admin/invitations/${id}`, owner), 204);
    expect((await gatehouse.http.delete(`/admin/invitations/${id}`, owner)).status).toBe(404);
    expect((await accept({ token, name: 'x', password: chosen })).status).toBe(400);
    const { data } = (await gatehouse.http.get('/admin/invitations?limit=200', owner)).body;
    expect(data.find((one: { id: string }) => one.id === id).status).toBe('revoked');
  });

  it('is void once there is a newer one for the address', async () => {
    const email = nextEmail();
    const first = await invited(email, 'viewer');
    const second = await invited(email, 'member', 2);
    expect((await accept({ token: first, name: 'x', password: chosen })).status).toBe(400);
    ok(await accept({ token: second, name: 'x', password: chosen }), 200);
    expect((await logIn(email, chosen)).body.user.role).toBe('member');
  });

  it('ends with its tenant', async () => {
    const other = await makeTenant(gatehouse);
    const email = nextEmail();
    ok(await invite(email, 'viewer', { token: other.owner.token }), 201);
    const token = await mailbox.token(email);
    const suspension = { token: gatehouse.adminToken, body: { status: 'suspended' } };
    ok(await gatehouse.http.patch(`/admin/tenants/${other.id}`, suspension), 200);
    expect((await accept({ token, name: 'x', password: chosen })).body.code).toBe('INVALID_TOKEN');
  });

  it('of who is a member already is refused', async () => {
    const answer = await invite(tenant.owner.email.toUpperCase(), 'viewer');
    expect(answer).toMatchObject({ status: 409, body: { code: 'EMAIL_TAKEN' } });
  });

  it('goes with its role', async () => {
    const id = await makeRole(gatehouse.http, tenant.owner.token, 'Short-lived', []);
    const token = await invited(nextEmail(), 'Short-lived');
    ok(await gatehouse.http.delete(`/admin/roles/${id}`, owner), 204);
    expect((await accept({ token, name: 'x', password: chosen })).body.code).toBe('INVALID_TOKEN');
  });
});

describe('nobody invites above themselves', () => {
  const held = ['admin.users', 'admin.keys', 'keys.own', 'scans.read'];

  it('to a role that holds more', async () => {
    const inviter = await newInviter(held);
    for (const role of ['owner', 'admin', 'member']) {
      const answer = await invite(nextEmail(), role, { token: inviter.token });
      expect(answer).toMatchObject({ status: 403, body: { code: 'BEYOND_OWN_PERMISSIONS' } });
    }
    ok(
      await invite(nextEmail(), 'viewer', { token: (await newInviter([...held, 'databases:read'])).token }),
      201,
    );
  });

  it('nor by inviting first and having the role grow: what counts is what both hold when it is accepted', async () => {
    const inviter = await newInviter(held);
    const roleId = await makeRole(gatehouse.http, tenant.owner.token, nextName(), ['scans.read']);
    const { body: role } = ok(await gatehouse.http.get(`/admin/roles/${roleId}`, owner), 200);
    const email = nextEmail();
    ok(await invite(email, role.name, { token: inviter.token }), 201);
    const token = await mailbox.token(email);
    const grown = { ...owner, body: { permissions: ['scans.read', 'deploy'] } };
    ok(await gatehouse.http.patch(`/admin/roles/${roleId}`, grown), 200);
    expect((await accept({ token, name: 'x', password: chosen })).body.code).toBe('INVALID_TOKEN');
    ok(
      await gatehouse.http.patch(`/admin/roles/${roleId}`, {
        ...owner,
        body: { permissions: ['scans.read'] },
      }),
      200,
    );
    ok(await accept({ token, name: 'x', password: chosen }), 200);
  });

  it.each([
    [
      'lost the role',
      (id: string) => gatehouse.http.patch(`/admin/users/${id}`, { ...owner, body: { role: 'viewer' } }),
    ],
    [
      'was disabled',
      (id: string) => gatehouse.http.patch(`/admin/users/${id}`, { ...owner, body: { status: 'disabled' } }),
    ],
  ])('nor after the inviter %s', async (_what, change) => {
    const inviter = await newInviter(held);
    const email = nextEmail();
    await makeRole(gatehouse.http, tenant.owner.token, nextName(), ['scans.read']);
    ok(await invite(email, `Made ${names}`, { token: inviter.token }), 201);
    const token = await mailbox.token(email);
    ok(await change(inviter.id), 200);
    expect((await accept({ token, name: 'x', password: chosen })).body.code).toBe('INVALID_TOKEN');
    expect((await logIn(email, chosen)).status).toBe(401);
  });

  it('nor with a key beyond its scopes, or one that has ended', async () => {
    const { key, id } = await makeKey(gatehouse.http, tenant.owner.token, ['admin.users', 'scans.read']);
    const beyond = await invite(nextEmail(), 'member', { key });
    expect(beyond).toMatchObject({ status: 403, body: { code: 'BEYOND_OWN_PERMISSIONS' } });
    const roleName = nextName();
    const roleId = await makeRole(gatehouse.http, tenant.owner.token, roleName, ['scans.read']);
    const emails = [nextEmail(), nextEmail(), nextEmail()] as const;
    const tokens: string[] = [];
    for (const email of emails) {
      ok(await invite(email, roleName, { key }), 201);
      tokens.push(await mailbox.token(email));
    }
    ok(await accept({ token: tokens[0], name: 'x', password: chosen }), 200);
    // The key's owner holds what the role has grown by; the key does not.
    ok(
      await gatehouse.http.patch(`/admin/roles/${roleId}`, {
        ...owner,
        body: { permissions: ['scans.read', 'deploy'] },
      }),
      200,
    );
    expect((await accept({ token: tokens[1], name: 'x', password: chosen })).status).toBe(400);
    ok(
      await gatehouse.http.patch(`/admin/roles/${roleId}`, {
        ...owner,
        body: { permissions: ['scans.read'] },
      }),
      200,
    );
    ok(await gatehouse.http.delete(`/auth/api-keys/${id}`, owner), 204);
    expect((await accept({ token: tokens[2], name: 'x', password: chosen })).status).toBe(400);
  });

  it('but an operator who has entered the tenant may, for as long as they may enter', async () => {
    const operator = await makePerson(gatehouse.http, gatehouse.adminToken, { role: 'owner' });
    const headers = { 'x-tenant-id': tenant.id };
    const emails = [nextEmail(), nextEmail()] as const;
    for (const email of emails) ok(await invite(email, 'owner', { token: operator.token, headers }), 201);
    ok(await accept({ token: await mailbox.token(emails[0]), name: 'x', password: chosen }), 200);
    expect((await logIn(emails[0], chosen)).body.user).toMatchObject({ role: 'owner', tenant_id: tenant.id });
    const demotion = { token: gatehouse.adminToken, body: { role: 'viewer' } };
    ok(await gatehouse.http.patch(`/admin/users/${operator.id}`, demotion), 200);
    const late = await accept({ token: await mailbox.token(emails[1]), name: 'x', password: chosen });
    expect(late.body.code).toBe('INVALID_TOKEN');
  });

  it('nor into another tenant: its invitations are nowhere to be found', async () => {
    const other = await makeTenant(gatehouse);
    const { id } = ok(await invite(nextEmail(), 'viewer', { token: other.owner.token }), 201).body;
    expect((await gatehouse.http.delete(`/admin/invitations/${id}`, owner)).status).toBe(404);
    const { text } = await gatehouse.http.get('/admin/invitations?limit=200', owner);
    expect(text).not.toContain(id);
  });
});

let names = 0;
function nextName(): string {
  return `Made ${(names += 1)}`;
}

async function newInviter(permissions: string[]) {
  const role = nextName();
  await makeRole(gatehouse.http, tenant.owner.token, role, permissions);
  return makePerson(gatehouse.http, tenant.owner.token, { role, email: nextEmail() });
}

function invite(email: string, role: string, sender: Sent = owner): Promise<Answer> {
  return gatehouse.http.post('/admin/invitations', { ...sender, body: { email, role } });
}

async function invited(email: string, role: string, count = 1): Promise<string> {
  ok(await invite(email, role), 201);
  return mailbox.token(email, count);
}

function accept(body: object): Promise<Answer> {
  return post('/auth/invitations/accept', body);
}

function logIn(email: string, password: string, tenantId?: string): Promise<Answer> {
  return post('/auth/login', { email, password, tenant_id: tenantId });
}

function post(path: string, body: unknown): Promise<Answer> {
  return gatehouse.http.post(path, { body });
}

let count = 0;
function nextEmail(): string {
  return `invited-${(count += 1)}@example.test`;
}
