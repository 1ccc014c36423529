import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { gather } from '../harness/gather.js';
import type { Answer } from '../harness/http-client.js';
import { Mailbox, tokenIn } from '../harness/mailbox.js';
import { makePerson, makeTenant, ok, personPassword } from '../harness/people.js';
import { query } from '../harness/query.js';

let gatehouse: TestGatehouse;
const mailbox = new Mailbox();

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ mailer: mailbox });
});
afterAll(() => gatehouse.stop());

describe('whoever registers', () => {
  it('gets a tenant of their own and is its owner, and nothing of anybody else’s', async () => {
    const email = nextEmail();
    const body = { email, password: personPassword, name: 'First Last', company: 'Ünder & Söns Ltd.' };
    expect(ok(await post('/auth/register', body), 202).body).toEqual({ status: 'check_your_mail' });
    await mailbox.mail(email);
    const { token, user } = await logIn(email);
    expect(user).toMatchObject({ email, name: 'First Last', role: 'owner', email_verified_at: null });
    const tenants = ok(await gatehouse.http.get('/auth/me', { token }), 200).body;
    expect(tenants.tenant.name).toBe('Ünder & Söns Ltd.');
    const users = ok(await gatehouse.http.get('/admin/users', { token }), 200).body.data;
    expect(users.map(({ id }: { id: string }) => id)).toEqual([user.id]);
    const slug = await query(
      gatehouse.databaseUrl,
      `SELECT slug AS answer FROM gatehouse.tenants WHERE id = '${user.tenant_id}'`,
    );
    expect(slug).toMatch(/^under-sons-ltd-[0-9a-z]{6}$/);
  });

  it('without a company has a tenant that is called after them', async () => {
    const email = nextEmail();
    ok(await post('/auth/register', { email, password: personPassword, name: 'Only Me' }), 202);
    await mailbox.mail(email);
    const { token } = await logIn(email);
    expect((await gatehouse.http.get('/auth/me', { token })).body.tenant.name).toBe('Only Me');
  });

  it('verifies their address with the link that was mailed, which leads where we are and nowhere else', async () => {
    const email = nextEmail();
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      origin: 'http://evil.example',
    };
    const body = { email, password: personPassword, name: 'x' };
    ok(await gatehouse.http.post('/auth/register', { body, headers }), 202);
    const mail = await mailbox.mail(email);
    expect(mail.text).toContain('http://gatehouse.test/console/verify-email#token=');
    expect(mail.text).not.toContain('evil');
    const { token } = await logIn(email);
    ok(await post('/auth/email/verify', { token: tokenIn(mail) }), 204);
    expect((await gatehouse.http.get('/auth/me', { token })).body.email_verified_at).not.toBeNull();
  });

  it('with an address that has an account is told the same as with one that has none, and changes nothing', async () => {
    const tenant = await makeTenant(gatehouse);
    const { email } = tenant.owner;
    const before = await everything();
    const body = {
      email: email.toUpperCase(),
      password: 'another long passphrase',
      name: 'Intruder',
      company: 'Mine',
    };
    const taken = await post('/auth/register', body);
    const mail = await mailbox.mail(email);
    expect(mail.subject).toBe('You have an account already');
    expect(await everything()).toEqual(before);
    expect((await tryLogIn(email, body.password)).status).toBe(401);
    expect((await tryLogIn(email)).status).toBe(200);
    const fresh = await post('/auth/register', { ...body, email: nextEmail() });
    expect(said(taken)).toEqual(said(fresh));
    expect(taken.status).toBe(202);
  });

  it('twenty times at once has one account and one tenant', async () => {
    const email = nextEmail();
    const company = 'Raced';
    const answers = await gather(Array.from({ length: 20 }), () =>
      post('/auth/register', { email, password: personPassword, name: 'x', company }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    // The account itself, and what may be told of further tries within an hour.
    await mailbox.mail(email, 6);
    const found = `SELECT count(*)::int AS answer FROM gatehouse.tenants WHERE name = '${company}'`;
    expect(await query(gatehouse.databaseUrl, found)).toBe(1);
    expect((await tryLogIn(email)).status).toBe(200);
    expect(mailbox.to(email).filter(({ subject }) => subject.startsWith('Confirm'))).toHaveLength(1);
  });

  it.each([
    ['role', 'owner'],
    ['tenant_id', '00000000-0000-7000-8000-000000000000'],
    ['status', 'active'],
    ['is_admin', true],
    ['email_verified_at', '2026-01-01T00:00:00Z'],
    ['permissions', ['admin.tenants']],
    ['constructor', { prototype: { role: 'owner' } }],
  ])('can’t assign %s', async (member, value) => {
    const email = nextEmail();
    const body = { email, password: personPassword, name: 'x', [member]: value };
    const answer = await post('/auth/register', body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: member }] } });
    const text = JSON.stringify({ email, password: personPassword, name: 'x' }).replace(
      '}',
      ',"__proto__":{"role":"owner"}}',
    );
    const raw = await gatehouse.http.post('/auth/register', { body: JSON.parse(text) });
    expect([202, 400]).toContain(raw.status);
  });

  it.each([
    ['short', 'at least 12'],
    ['password12345', 'first passwords'],
    ['é'.repeat(513), '1024 bytes'],
  ])('can’t choose %s as a password', async (password, why) => {
    const answer = await post('/auth/register', { email: nextEmail(), password, name: 'x' });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'password' }] } });
    expect(answer.text).toContain(why);
  });

  it('can’t choose their address as a password', async () => {
    const email = nextEmail();
    const answer = await post('/auth/register', { email, password: email.toUpperCase(), name: 'x' });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'password' }] } });
  });
});

describe('where not everybody may register', () => {
  it.each([
    ['invite', 'INVITATION_REQUIRED'],
    ['closed', 'REGISTRATION_CLOSED'],
  ])('%s: the answer is %s, whether or not there is an account', async (mode, code) => {
    const other = await startTestGatehouse({ env: { REGISTRATION: mode }, mailer: new Mailbox() });
    try {
      const person = await makePerson(other.http, other.adminToken);
      for (const email of [person.email, nextEmail()]) {
        const body = { email, password: personPassword, name: 'x' };
        expect(await other.http.post('/auth/register', { body })).toMatchObject({
          status: 403,
          body: { code },
        });
      }
    } finally {
      await other.stop();
    }
  });
});

describe('without a mail server in production', () => {
  it('what needs mail is refused to everybody alike', async () => {
    const other = await startTestGatehouse({ env: { NODE_ENV: 'production', REGISTRATION: 'open' } });
    try {
      const person = await makePerson(other.http, other.adminToken);
      for (const email of [person.email, nextEmail()]) {
        for (const [path, body] of [
          ['/auth/register', { email, password: personPassword, name: 'x' }],
          ['/auth/password/forgot', { email }],
          ['/auth/email/resend', { email }],
        ] as const) {
          const answer = await other.http.post(path, { body });
          expect({ path, ...answer }).toMatchObject({
            path,
            status: 503,
            body: { code: 'MAIL_NOT_CONFIGURED' },
          });
        }
      }
      const invitation = { token: other.adminToken, body: { email: nextEmail(), role: 'viewer' } };
      expect(await other.http.post('/admin/invitations', invitation)).toMatchObject({ status: 503 });
    } finally {
      await other.stop();
    }
  });
});

async function everything(): Promise<unknown> {
  return query(
    gatehouse.databaseUrl,
    `SELECT json_build_object('tenants', (SELECT count(*) FROM gatehouse.tenants), 'members', (SELECT count(*) FROM gatehouse.memberships),
       'users', (SELECT md5(string_agg(u::text, '' ORDER BY u.id)) FROM gatehouse.users u)) AS answer`,
  );
}

function said({ status, headers, text }: Answer) {
  return { status, text, headers: { ...headers, date: undefined } };
}

async function logIn(email: string) {
  const { access_token: token, user } = ok(await tryLogIn(email), 200).body;
  return { token, user };
}

function tryLogIn(email: string, password = personPassword): Promise<Answer> {
  return post('/auth/login', { email, password });
}

function post(path: string, body: unknown): Promise<Answer> {
  return gatehouse.http.post(path, { body, headers: { 'x-correlation-id': 'always-the-same' } });
}

let count = 0;
function nextEmail(): string {
  return `registers-${(count += 1)}@example.test`;
}
