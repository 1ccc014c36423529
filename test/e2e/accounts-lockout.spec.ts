import { startTestGatehouse, trustingYaml, type TestGatehouse } from '../harness/gatehouse.js';
import { gather } from '../harness/gather.js';
import type { Answer } from '../harness/http-client.js';
import { Mailbox } from '../harness/mailbox.js';
import { makePerson, makeTenant, ok, personPassword, type Person, type Tenant } from '../harness/people.js';
import { query } from '../harness/query.js';

let gatehouse: TestGatehouse;
let replica: TestGatehouse;
let tenant: Tenant;
const mailbox = new Mailbox();
const home = '192.0.2.1';

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ yaml: trustingYaml, mailer: mailbox });
  replica = await startTestGatehouse({ yaml: trustingYaml, databaseUrl: gatehouse.databaseUrl });
  tenant = await makeTenant(gatehouse);
});
afterAll(async () => {
  await replica.stop();
  await gatehouse.stop();
});

describe('who guesses at one account from one place', () => {
  it('has five guesses, then waits one second, then two, then four, and so on up to a quarter of an hour', async () => {
    const email = 'nobody-waits@example.test';
    const source = nextSource();
    for (let guess = 0; guess < 5; guess += 1) expect((await guessAt(email, source)).status).toBe(401);
    for (const wait of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]) {
      const refused = await guessAt(email, source);
      expect(refused).toMatchObject({ status: 429, body: { code: 'LOCKED_OUT' } });
      const retryAfter = Number(refused.headers['retry-after']);
      expect(retryAfter).toBeGreaterThan(wait * 0.8);
      expect(retryAfter).toBeLessThanOrEqual(wait);
      await timePasses(wait);
      expect((await guessAt(email, source)).status).toBe(401);
    }
  });

  it('is refused the right password as well while waiting, and asking meanwhile doesn’t make the wait longer', async () => {
    const person = await newPerson();
    const source = nextSource();
    for (let guess = 0; guess < 8; guess += 1) {
      await guessAt(person.email, source);
      await timePasses(20);
    }
    await guessAt(person.email, source);
    for (let tries = 0; tries < 10; tries += 1) expect((await logIn(person, source)).status).toBe(429);
    await timePasses(20);
    expect((await logIn(person, source)).status).toBe(200);
  });

  it('is told the same whether or not there is such an account, guess by guess', async () => {
    const person = await newPerson();
    const told = async (email: string, source: string) => {
      const answers: unknown[] = [];
      for (let guess = 0; guess < 8; guess += 1) {
        const { status, text, headers } = await guessAt(email, source);
        answers.push({ status, text, headers: { ...headers, date: undefined } });
      }
      return answers;
    };
    const known = await told(person.email, nextSource());
    expect(await told('nobody-at-all@example.test', nextSource())).toEqual(known);
  });

  it('is counted once for every spelling of the address', async () => {
    const person = await newPerson();
    const source = nextSource();
    const [local = '', domain = ''] = person.email.split('@');
    const fullwidth = local.replace('l', '\uff4c');
    for (const spelling of [
      person.email,
      person.email.toUpperCase(),
      ` ${person.email}`,
      `${fullwidth}@${domain}`,
      `${local}@${domain.toUpperCase()}`,
    ])
      expect((await guessAt(spelling, source)).status).toBe(401);
    expect((await guessAt(person.email, source)).status).toBe(429);
    expect((await logIn(person, source)).status).toBe(429);
  });

  it('is counted by all replicas together', async () => {
    const person = await newPerson();
    const source = nextSource();
    for (const one of [gatehouse, replica, gatehouse, replica, gatehouse])
      expect((await guessAt(person.email, source, one)).status).toBe(401);
    expect((await guessAt(person.email, source, replica)).status).toBe(429);
  });

  it('gets no more guesses by making them all at once, at two replicas', async () => {
    const person = await newPerson();
    const source = nextSource();
    const answers = await gather(
      Array.from({ length: 200 }),
      (_, index) => guessAt(person.email, source, index % 2 === 0 ? gatehouse : replica),
      200,
    );
    const lookedAt = answers.filter(({ status }) => status === 401).length;
    expect(answers.every(({ status }) => status === 401 || status === 429)).toBe(true);
    expect(lookedAt).toBeGreaterThanOrEqual(5);
    expect(lookedAt).toBeLessThanOrEqual(20);
    // Every one of them was counted: none was lost to another that came at the same time.
    const counted = await query(
      gatehouse.databaseUrl,
      `SELECT max(failures) AS answer FROM gatehouse.login_attempts WHERE failed_at > now() - interval '20 s' AND failures <= 20 AND locked_until > now()`,
    );
    expect(counted).toBe(lookedAt);
  });

  it('doesn’t keep its owner out of another place', async () => {
    const person = await newPerson();
    const source = nextSource();
    for (let guess = 0; guess < 6; guess += 1) await guessAt(person.email, source);
    expect((await guessAt(person.email, source)).status).toBe(429);
    expect((await logIn(person, nextSource())).status).toBe(200);
  });

  it('starts anew after a log-in', async () => {
    const person = await newPerson();
    const source = nextSource();
    for (let round = 0; round < 3; round += 1) {
      for (let guess = 0; guess < 4; guess += 1)
        expect((await guessAt(person.email, source)).status).toBe(401);
      expect((await logIn(person, source)).status).toBe(200);
    }
  });

  it('with the right password many times at once is let in every time', async () => {
    const person = await newPerson();
    const source = nextSource();
    const answers = await gather(Array.from({ length: 15 }), () => logIn(person, source));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('who guesses at one account from everywhere', () => {
  it('waits as well, a minute at most; not so its owner where they logged in before, or has proven the mailbox', async () => {
    const person = await newPerson();
    expect((await logIn(person, home)).status).toBe(200);
    for (let guess = 0; guess < 45; guess += 1) {
      await guessAt(person.email, nextSource());
      await timePasses(61);
    }
    await guessAt(person.email, nextSource());
    const refused = await guessAt(person.email, nextSource());
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await logIn(person, home)).status).toBe(200);
    // Their log-in gives nobody else new guesses.
    const elsewhere = nextSource();
    expect((await logIn(person, elsewhere)).status).toBe(429);
    ok(await gatehouse.http.post('/auth/password/forgot', { body: { email: person.email } }), 202);
    const body = { token: await mailbox.token(person.email), new_password: personPassword };
    const headers = { 'x-forwarded-for': elsewhere };
    ok(await gatehouse.http.post('/auth/password/reset', { body, headers }), 204);
    expect((await logIn(person, elsewhere)).status).toBe(200);
  });
});

describe('who tries many accounts from one place', () => {
  it('waits after a hundred, a minute at most; not so who has logged in from there', async () => {
    const source = nextSource();
    const person = await newPerson();
    expect((await logIn(person, source)).status).toBe(200);
    await gather(
      Array.from({ length: 108 }),
      (_, index) => guessAt(`sprayed-${index}@example.test`, source),
      8,
    );
    const refused = await guessAt('sprayed-next@example.test', source);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await logIn(person, source)).status).toBe(200);
    expect((await guessAt('sprayed-next@example.test', nextSource())).status).toBe(401);
  });
});

it('what is counted names no address', async () => {
  await guessAt('counted@example.test', home);
  const columns = await query(
    gatehouse.databaseUrl,
    `SELECT string_agg(a::text, ' ') AS answer FROM gatehouse.login_attempts a`,
  );
  expect(columns).not.toContain('example');
  expect(columns).not.toContain(home);
});

let people = 0;
function newPerson(): Promise<Person> {
  return makePerson(gatehouse.http, tenant.owner.token, { email: `locked-${(people += 1)}@example.test` });
}

let sources = 0;
/** A source that nobody has come from yet. */
function nextSource(): string {
  sources += 1;
  return `198.51.${100 + Math.floor(sources / 250)}.${sources % 250}`;
}

/** What a wait is measured by moves so many seconds into the past. */
async function timePasses(seconds: number): Promise<void> {
  await query(
    gatehouse.databaseUrl,
    `UPDATE gatehouse.login_attempts SET locked_until = locked_until - interval '${seconds} seconds'`,
  );
}

function guessAt(email: string, source: string, at = gatehouse): Promise<Answer> {
  return attempt(email, 'not the passphrase', source, at);
}

function logIn({ email, password }: Person, source: string): Promise<Answer> {
  return attempt(email, password, source, gatehouse);
}

function attempt(email: string, password: string, source: string, at: TestGatehouse): Promise<Answer> {
  const headers = { 'x-forwarded-for': source, 'x-correlation-id': 'always-the-same' };
  return at.http.post('/auth/login', { body: { email, password }, headers });
}
