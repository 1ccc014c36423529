import { freshCode, nextCode, protect, usedCode, type Protected } from '../harness/authenticator.js';
import { defaultYaml, startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import type { Answer } from '../harness/http-client.js';
import { makeKey, makePerson, makeTenant, ok, type Tenant } from '../harness/people.js';
import { query } from '../harness/query.js';

const yaml = defaultYaml.replace(
  'require: { permission: scans.write }',
  'require: { permission: scans.write, mfa: 15m }',
);

let gatehouse: TestGatehouse;
let tenant: Tenant;
let person: Protected;

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ yaml });
  tenant = await makeTenant(gatehouse);
});
beforeEach(async () => {
  person = await protect(gatehouse, await makePerson(gatehouse.http, tenant.owner.token, { role: 'owner' }));
});
afterAll(() => gatehouse.stop());

describe('a route that demands a second factor of the last 15 minutes', () => {
  it('lets in who has just proven one, and nobody who has not', async () => {
    expect((await scan(person)).status).toBe(201);
    const without = await makePerson(gatehouse.http, tenant.owner.token, { role: 'owner' });
    expect(await scan(without)).toMatchObject(mfaRequired);
  });

  it('refuses an older one, whatever else the session may, and takes it again after a step-up', async () => {
    await provenAgo('14 minutes 50 seconds');
    expect((await scan(person)).status).toBe(201);
    await provenAgo('15 minutes 1 second');
    expect(await scan(person)).toMatchObject(mfaRequired);
    const { body } = ok(await stepUp(nextCode(person)), 200);
    expect(Object.keys(body)).toEqual(['mfa_at']);
    expect(Math.abs(Date.now() - Date.parse(body.mfa_at))).toBeLessThan(30_000);
    // With the very same token: what counts is looked up.
    expect((await scan(person)).status).toBe(201);
  });

  it('is not opened by a wrong code, a used one, or another person’s', async () => {
    const other = await protect(gatehouse, await makePerson(gatehouse.http, tenant.owner.token));
    await provenAgo('1 hour');
    const wrong = [
      '000000',
      usedCode(person),
      nextCode(other),
      other.backupCodes[0] ?? '',
      'aaaa-aaaa-aaaa-aaaa',
    ];
    for (const code of wrong) {
      // Lest the lock answer first.
      await query(gatehouse.databaseUrl, 'DELETE FROM gatehouse.login_attempts');
      expect(await stepUp(code)).toMatchObject({ status: 403, body: { code: 'REAUTHENTICATION_FAILED' } });
    }
    expect(await scan(person)).toMatchObject(mfaRequired);
  });

  it('is opened by a backup code, once', async () => {
    const [code = ''] = person.backupCodes;
    await provenAgo('1 hour');
    ok(await stepUp(code), 200);
    expect((await scan(person)).status).toBe(201);
    expect((await stepUp(code)).status).toBe(403);
  });

  it('locks who guesses, and a right code takes no strike back', async () => {
    let answer = await stepUp('000000');
    for (let count = 0; count < 30 && answer.status !== 429; count += 1) answer = await stepUp('000000');
    expect(answer).toMatchObject({ status: 429, body: { code: 'LOCKED_OUT' } });
    expect((await stepUp(nextCode(person))).status).toBe(429);
    const strikes = `SELECT sum(failures) AS answer FROM gatehouse.login_attempts`;
    const counted = await query(gatehouse.databaseUrl, strikes);
    await query(gatehouse.databaseUrl, 'UPDATE gatehouse.login_attempts SET locked_until = NULL');
    ok(await stepUp(nextCode(person)), 200);
    expect(await query(gatehouse.databaseUrl, strikes)).toBe(counted);
    await query(gatehouse.databaseUrl, 'DELETE FROM gatehouse.login_attempts');
  });

  it('is closed to every key, however fresh its owner’s second factor', async () => {
    const { key } = await makeKey(gatehouse.http, person.token, ['scans.write']);
    const answer = await gatehouse.http.post('/scans', { key, body: {} });
    expect(answer).toMatchObject(mfaRequired);
    expect(
      (await gatehouse.http.post('/auth/step-up', { key, body: { totp_code: nextCode(person) } })).status,
    ).toBe(403);
  });

  it('is closed again at once by disabling the factor', async () => {
    const code = await freshCode(gatehouse, person);
    const { token, password } = person;
    ok(await gatehouse.http.post('/auth/2fa/disable', { token, body: { password, code } }), 204);
    expect(await scan(person)).toMatchObject(mfaRequired);
    expect(await stepUp(code)).toMatchObject({ status: 409, body: { code: 'TWO_FACTOR_NOT_ENABLED' } });
  });

  it('counts a log-in with a code as proof, and a refresh as none', async () => {
    const { email, password } = person;
    const body = { email, password, totp_code: nextCode(person) };
    const first = ok(await gatehouse.http.post('/auth/login', { body }), 200).body;
    expect((await scan({ token: first.access_token })).status).toBe(201);
    await provenAgo('1 hour');
    const refresh = { refresh_token: first.refresh_token };
    const next = ok(await gatehouse.http.post('/auth/refresh', { body: refresh }), 200).body;
    expect(await scan({ token: next.access_token })).toMatchObject(mfaRequired);
  });
});

const mfaRequired = { status: 403, body: { code: 'MFA_REQUIRED' } };

function scan({ token }: { token: string }): Promise<Answer> {
  return gatehouse.http.post('/scans', { token, body: { target: 'example' } });
}

function stepUp(code: string): Promise<Answer> {
  return gatehouse.http.post('/auth/step-up', { token: person.token, body: { totp_code: code } });
}

/** Lets the person's second factor have been proven so long ago, in all their sessions. */
async function provenAgo(interval: string): Promise<void> {
  await query(
    gatehouse.databaseUrl,
    `UPDATE gatehouse.sessions SET mfa_at = now() - interval '${interval}' WHERE user_id = '${person.id}'`,
  );
}
