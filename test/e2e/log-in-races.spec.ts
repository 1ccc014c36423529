import { hashSync } from '@node-rs/argon2';
import { Client } from 'pg';
import { codeNow } from '../harness/authenticator.js';
import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import type { Answer } from '../harness/http-client.js';
import { makePerson, makeTenant, ok, personPassword, type Person, type Tenant } from '../harness/people.js';
import { query, queryUntil } from '../harness/query.js';

let gatehouse: TestGatehouse;
let tenant: Tenant;
let person: Person;

beforeAll(async () => {
  gatehouse = await startTestGatehouse();
  tenant = await makeTenant(gatehouse);
});
beforeEach(async () => {
  person = await makePerson(gatehouse.http, tenant.owner.token);
});
afterAll(() => gatehouse.stop());

describe('a log-in whose password has been found right', () => {
  it('begins nothing when the password is changed before it has begun', async () => {
    const answer = await loggingInWhile(
      `UPDATE gatehouse.users SET password_hash = '${weakHash('another passphrase')}' WHERE id = '${person.id}'`,
    );
    expect(answer).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
  });

  it('goes on when the same password was only hashed anew', async () => {
    const answer = await loggingInWhile(
      `UPDATE gatehouse.users SET password_hash = '${weakHash(personPassword)}' WHERE id = '${person.id}'`,
    );
    expect(answer.status).toBe(200);
  });

  it('asks for the code of a second factor that is enabled before it has begun', async () => {
    ok(await gatehouse.http.post('/auth/2fa/setup', { token: person.token }), 200);
    const answer = await loggingInWhile(
      `UPDATE gatehouse.totp_secrets SET enabled_at = now() WHERE user_id = '${person.id}'`,
    );
    expect(answer).toMatchObject({ status: 401, body: { code: 'TOTP_REQUIRED' } });
  });

  it('begins nothing when the user is disabled before it has begun', async () => {
    const answer = await loggingInWhile(
      `UPDATE gatehouse.memberships SET status = 'disabled' WHERE user_id = '${person.id}'`,
    );
    expect(answer).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
    const live = `SELECT count(*)::int AS answer FROM gatehouse.sessions WHERE user_id = '${person.id}'`;
    expect(await query(gatehouse.databaseUrl, live)).toBe(1);
  });
});

it('a second factor that is enabled among log-ins without it leaves none of them in', async () => {
  for (let round = 0; round < 5; round += 1) {
    const somebody = await makePerson(gatehouse.http, tenant.owner.token);
    const { token } = somebody;
    const { secret } = ok(await gatehouse.http.post('/auth/2fa/setup', { token }), 200).body as {
      secret: string;
    };
    const logIns = Array.from({ length: 6 }, () => logIn(somebody));
    // Once the first is in, the others are about to be.
    await Promise.race(logIns);
    ok(await gatehouse.http.post('/auth/2fa/verify', { token, body: { code: codeNow(secret) } }), 200);
    await Promise.all(logIns);
    const live = `SELECT count(*)::int AS answer FROM gatehouse.sessions
      WHERE user_id = '${somebody.id}' AND ended_at IS NULL AND NOT 'otp' = ANY(amr)`;
    expect(await query(gatehouse.databaseUrl, live)).toBe(0);
  }
});

describe('a password that was hashed with weaker parameters', () => {
  const stored = () =>
    query(
      gatehouse.databaseUrl,
      `SELECT password_hash AS answer FROM gatehouse.users WHERE id = '${person.id}'`,
    );
  const weaken = () =>
    query(
      gatehouse.databaseUrl,
      `UPDATE gatehouse.users SET password_hash = '${weakHash(personPassword)}' WHERE id = '${person.id}'`,
    );

  it('is hashed anew at the next log-in, and goes on being the password', async () => {
    await weaken();
    ok(await logIn(person), 200);
    const strong = await stored();
    expect(strong).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    ok(await logIn(person), 200);
    expect(await stored()).toBe(strong);
  });

  it('lets everybody in who logs in at that moment', async () => {
    await weaken();
    const answers = await Promise.all(Array.from({ length: 6 }, () => logIn(person)));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
  });

  it('stays as it is when somebody has it wrong', async () => {
    await weaken();
    const weak = await stored();
    expect((await logIn({ ...person, password: 'not the passphrase' })).status).toBe(401);
    expect(await stored()).toBe(weak);
  });
});

/** Logs in, and changes something at the moment between the password's check and the session's beginning. */
async function loggingInWhile(change: string): Promise<Answer> {
  const owner = new Client({ connectionString: gatehouse.databaseUrl });
  await owner.connect();
  try {
    await owner.query('BEGIN');
    await owner.query(change);
    // As everything does that changes a password, a status or a second factor.
    await owner.query(`SELECT FROM gatehouse.users WHERE id = '${person.id}' FOR UPDATE`);
    const answer = logIn(person);
    const waiting = `SELECT count(*)::int AS answer FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    expect(await queryUntil(gatehouse.databaseUrl, waiting, 1)).toBe(1);
    await owner.query('COMMIT');
    return await answer;
  } finally {
    await owner.end();
  }
}

function logIn({ email, password }: Pick<Person, 'email' | 'password'>): Promise<Answer> {
  return gatehouse.http.post('/auth/login', { body: { email, password } });
}

function weakHash(password: string): string {
  return hashSync(password, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
}
