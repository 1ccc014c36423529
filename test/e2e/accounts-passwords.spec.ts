import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { gather } from '../harness/gather.js';
import type { Answer } from '../harness/http-client.js';
import { Mailbox } from '../harness/mailbox.js';
import {
  makeKey,
  makePerson,
  makeTenant,
  ok,
  personPassword,
  type Person,
  type Tenant,
} from '../harness/people.js';
import { query } from '../harness/query.js';

let gatehouse: TestGatehouse;
let tenant: Tenant;
const mailbox = new Mailbox();
const chosen = 'another passphrase entirely';

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ mailer: mailbox });
  tenant = await makeTenant(gatehouse);
});
afterAll(() => gatehouse.stop());

describe('a forgotten password', () => {
  it('is answered the same for an address with an account and one without, and only the former gets mail', async () => {
    const person = await newPerson();
    const known = await post('/auth/password/forgot', { email: person.email.toUpperCase() });
    const unknown = await post('/auth/password/forgot', { email: 'nobody@example.test' });
    expect(known.status).toBe(202);
    expect(said(known)).toEqual(said(unknown));
    await mailbox.mail(person.email);
    expect(mailbox.to('nobody@example.test')).toEqual([]);
  });

  it('is replaced by the link, which ends every session, proves the address, and leaves keys alone', async () => {
    const person = await newPerson();
    const { key } = await makeKey(gatehouse.http, person.token, ['scans.read']);
    const token = await forget(person);
    ok(await reset(token), 204);
    expect(await statusOfMe(person.token)).toBe(401);
    expect((await logIn(person, personPassword)).status).toBe(401);
    const again = ok(await logIn(person, chosen), 200).body;
    expect(again.user.email_verified_at).not.toBeNull();
    expect((await gatehouse.http.get('/scans/1', { key })).status).toBe(200);
    expect((await mailbox.mail(person.email, 2)).subject).toBe('Your password was changed');
  });

  it('is replaced once, though the link is used twenty times at once', async () => {
    const person = await newPerson();
    const token = await forget(person);
    const answers = await gather(Array.from({ length: 20 }), (_, index) =>
      reset(token, `${chosen} number ${index}`),
    );
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(19);
    for (const { body } of answers.filter(({ status }) => status === 400))
      expect(body.code).toBe('INVALID_TOKEN');
    const winner = answers.findIndex(({ status }) => status === 204);
    expect((await logIn(person, `${chosen} number ${winner}`)).status).toBe(200);
  });

  it('of several links, the first that is used makes the others void, also when both come at once', async () => {
    const person = await newPerson();
    const tokens = [await forget(person), await forget(person, 2), await forget(person, 3)];
    const answers = await Promise.all(tokens.map((token) => reset(token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 400, 400]);
  });

  it('is not replaced by a link that expired, was for something else, or never was one', async () => {
    const person = await newPerson();
    const expired = await forget(person);
    await query(
      gatehouse.databaseUrl,
      `UPDATE gatehouse.account_tokens SET expires_at = now() WHERE user_id = '${person.id}'`,
    );
    ok(await post('/auth/email/resend', { email: person.email }), 202);
    const verifies = await mailbox.token(person.email, 2);
    const bad = [expired, verifies, 'f'.repeat(64), 'x', person.token.slice(0, 200)];
    const answers = await gather(bad, (token) => reset(token), 1);
    expect(answers.map(({ status, body }) => `${status} ${body.code}`)).toEqual(
      bad.map(() => '400 INVALID_TOKEN'),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(said(answer)))).size).toBe(1);
    const crossed = await post('/auth/email/verify', { token: expired, password: chosen });
    expect(crossed).toMatchObject({ status: 400, body: { code: 'INVALID_TOKEN' } });
    expect((await logIn(person, personPassword)).status).toBe(200);
  });

  it('is not replaced by a bad one, and the link stays good for a better one', async () => {
    const person = await newPerson();
    const token = await forget(person);
    for (const password of ['short', 'password12345', person.email, 'é'.repeat(513)]) {
      const answer = await reset(token, password);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'new_password' }] } });
    }
    expect((await logIn(person, personPassword)).status).toBe(200);
    ok(await reset(token), 204);
  });

  it('fills nobody’s mailbox: five links an hour, and no more', async () => {
    const person = await newPerson();
    await gather(Array.from({ length: 30 }), () => post('/auth/password/forgot', { email: person.email }));
    // Behind them in the queue, so that all of them have been looked at by then.
    const last = await newPerson();
    await forget(last);
    await mailbox.mail(person.email, 5);
    expect(mailbox.to(person.email)).toHaveLength(5);
  });

  it('leaves no token in the database or the trail, only digests', async () => {
    const person = await newPerson();
    const token = await forget(person);
    const dump = await query(
      gatehouse.databaseUrl,
      `SELECT (SELECT string_agg(t::text, '') FROM gatehouse.account_tokens t) || (SELECT string_agg(e::text, '') FROM gatehouse.audit_events e) AS answer`,
    );
    expect(String(dump).length).toBeGreaterThan(1000);
    expect(dump).not.toContain(token);
    expect(dump).not.toContain(personPassword);
  });
});

describe('a password that is changed', () => {
  it('ends all other sessions, in every tenant, and not the one it is changed in', async () => {
    const person = await newPerson();
    const elsewhere = await makeTenant(gatehouse);
    const member = { token: elsewhere.owner.token, body: { email: person.email, name: 'x', role: 'viewer' } };
    ok(await gatehouse.http.post('/admin/users', member), 201);
    await query(
      gatehouse.databaseUrl,
      `UPDATE gatehouse.users SET email_verified_at = now() WHERE id = '${person.id}'`,
    );
    const there = ok(await logIn(person, personPassword, elsewhere.id), 200).body;
    const other = ok(await logIn(person, personPassword), 200).body;
    const bystander = await newPerson();
    ok(await change(person.token), 204);
    expect(await statusOfMe(person.token)).toBe(200);
    for (const { access_token: token, refresh_token } of [there, other]) {
      expect(await statusOfMe(token)).toBe(401);
      expect((await post('/auth/refresh', { refresh_token })).status).toBe(401);
    }
    expect(await statusOfMe(bystander.token)).toBe(200);
    expect((await logIn(person, personPassword)).status).toBe(401);
    expect((await logIn(person, chosen)).status).toBe(200);
  });

  it('needs the one there is: a stolen session alone can’t do it, and wrong guesses lock it out', async () => {
    const person = await newPerson();
    for (let guess = 0; guess < 5; guess += 1) {
      const answer = await change(person.token, `guess number ${guess}`);
      expect(answer).toMatchObject({ status: 403, body: { code: 'REAUTHENTICATION_FAILED' } });
    }
    expect(await change(person.token)).toMatchObject({ status: 429, body: { code: 'LOCKED_OUT' } });
    expect((await logIn(person, personPassword)).status).toBe(429);
  });

  it('is a person’s own affair: no key does it', async () => {
    const person = await newPerson();
    const { key } = await makeKey(gatehouse.http, person.token, ['keys.own']);
    const body = { current_password: personPassword, new_password: chosen };
    const answer = await gatehouse.http.post('/auth/password/change', { key, body });
    expect(answer).toMatchObject({ status: 403, body: { code: 'SESSION_REQUIRED' } });
  });

  it('of twenty changes at once from the same password, one wins', async () => {
    const person = await newPerson();
    const answers = await gather(Array.from({ length: 15 }), (_, index) =>
      gatehouse.http.post('/auth/password/change', {
        token: person.token,
        body: { current_password: personPassword, new_password: `${chosen} ${index}` },
      }),
    );
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
  });

  it('voids the links that were mailed for the old one', async () => {
    const person = await newPerson();
    const token = await forget(person);
    ok(await change(person.token), 204);
    expect((await reset(token, 'the passphrase of whoever asked')).status).toBe(400);
    expect((await logIn(person, chosen)).status).toBe(200);
  });

  it('wins over a log-in with the old one that is under way', async () => {
    for (let round = 0; round < 5; round += 1) {
      const person = await newPerson();
      const token = await forget(person);
      const [begun] = await Promise.all([logIn(person, personPassword), reset(token)]);
      expect([200, 401]).toContain(begun.status);
      if (begun.status === 200) expect(await statusOfMe(begun.body.access_token)).toBe(401);
    }
  });
});

describe('an address', () => {
  it('whose password an admin chose is verified only with a new one, which ends the admin’s sessions', async () => {
    const person = await newPerson();
    ok(await post('/auth/email/resend', { email: person.email }), 202);
    const token = await mailbox.token(person.email);
    // What the admin knows can be changed by the admin, and stays somebody else's choice.
    ok(await change(person.token), 204);
    const answer = await post('/auth/email/verify', { token });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'PASSWORD_REQUIRED', errors: [{ field: 'password' }] },
    });
    expect(await verifiedAt(person)).toBeNull();
    const own = 'known to nobody but its owner';
    ok(await post('/auth/email/verify', { token, password: own }), 204);
    expect(await verifiedAt(person)).not.toBeNull();
    expect(await statusOfMe(person.token)).toBe(401);
    expect((await logIn(person, chosen)).status).toBe(401);
    expect((await logIn(person, own)).status).toBe(200);
    expect((await post('/auth/email/verify', { token, password: own })).status).toBe(400);
  });

  it('that somebody registered is verified by the link alone, once of twenty times', async () => {
    const email = 'verifies@example.test';
    ok(await post('/auth/register', { email, password: personPassword, name: 'x' }), 202);
    const token = await mailbox.token(email);
    const answers = await gather(Array.from({ length: 20 }), () => post('/auth/email/verify', { token }));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(answers.filter(({ body }) => body?.code === 'INVALID_TOKEN')).toHaveLength(19);
  });

  it('that is verified gets no further link, and the answer is the same as for any other', async () => {
    const email = 'is-verified@example.test';
    ok(await post('/auth/register', { email, password: personPassword, name: 'x' }), 202);
    ok(await post('/auth/email/verify', { token: await mailbox.token(email) }), 204);
    const [verified, unknown, open] = [
      await post('/auth/email/resend', { email }),
      await post('/auth/email/resend', { email: 'unknown@example.test' }),
      await post('/auth/email/resend', { email: (await newPerson()).email }),
    ];
    expect(said(verified)).toEqual(said(unknown));
    expect(said(open)).toEqual(said(unknown));
    await forget(await newPerson());
    expect(mailbox.to(email)).toHaveLength(1);
    expect(mailbox.to('unknown@example.test')).toEqual([]);
  });
});

describe('what is sent', () => {
  it.each([
    ['/auth/password/forgot', { email: 'a@b.c' }],
    ['/auth/password/reset', { token: 'x', new_password: chosen }],
    ['/auth/email/verify', { token: 'x' }],
    ['/auth/email/resend', { email: 'a@b.c' }],
    ['/auth/invitations/accept', { token: 'x', name: 'x' }],
  ])('to %s assigns nothing but itself', async (path, body) => {
    for (const more of [
      { role: 'owner' },
      { tenant_id: tenant.id },
      { user_id: tenant.owner.id },
      { status: 'active' },
      { is_admin: true },
    ]) {
      const answer = await post(path, { ...body, ...more });
      const field = Object.keys(more)[0];
      expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST', errors: [{ field }] } });
    }
  });
});

let people = 0;
function newPerson(): Promise<Person> {
  return makePerson(gatehouse.http, tenant.owner.token, { email: `forgets-${(people += 1)}@example.test` });
}

async function forget(person: Person, count = mailbox.to(person.email).length + 1): Promise<string> {
  ok(await post('/auth/password/forgot', { email: person.email }), 202);
  return mailbox.token(person.email, count);
}

function reset(token: string, password = chosen): Promise<Answer> {
  return post('/auth/password/reset', { token, new_password: password });
}

function change(token: string, current = personPassword): Promise<Answer> {
  const body = { current_password: current, new_password: chosen };
  return gatehouse.http.post('/auth/password/change', { token, body });
}

function logIn({ email }: Person, password: string, tenantId?: string): Promise<Answer> {
  return post('/auth/login', { email, password, tenant_id: tenantId });
}

function verifiedAt({ id }: Person): Promise<unknown> {
  return query(
    gatehouse.databaseUrl,
    `SELECT email_verified_at AS answer FROM gatehouse.users WHERE id = '${id}'`,
  );
}

async function statusOfMe(token: string): Promise<number> {
  return (await gatehouse.http.get('/auth/me', { token })).status;
}

function post(path: string, body: unknown): Promise<Answer> {
  return gatehouse.http.post(path, { body, headers: { 'x-correlation-id': 'always-the-same' } });
}

function said({ status, headers, text }: Answer) {
  return { status, text, headers: { ...headers, date: undefined } };
}
