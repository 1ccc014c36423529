import { execFileSync, spawnSync } from 'node:child_process';
import { codeNow, freshCode, nextCode, protect, usedCode, type Protected } from '../harness/authenticator.js';
import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import type { Answer } from '../harness/http-client.js';
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
/** Another process on the same database. */
let replica: TestGatehouse;
let tenant: Tenant;

beforeAll(async () => {
  gatehouse = await startTestGatehouse();
  replica = await startTestGatehouse({ databaseUrl: gatehouse.databaseUrl });
  tenant = await makeTenant(gatehouse);
});
afterAll(async () => {
  await replica.stop();
  await gatehouse.stop();
});

afterEach(forgive);

describe('setting a second factor up', () => {
  it('gives a secret, the URL that an authenticator reads, and that as a picture', async () => {
    const person = await somebody();
    const answer = ok(await post('/auth/2fa/setup', person), 200);
    const { secret, qr_code_url: url, qr_code: picture } = answer.body;
    expect(Object.keys(answer.body).sort()).toEqual(['qr_code', 'qr_code_url', 'secret']);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(decodeURIComponent(url)).toBe(
      `otpauth://totp/Gatehouse (gatehouse.test):${person.email}?secret=${secret}&issuer=Gatehouse (gatehouse.test)`.replaceAll(
        '+',
        ' ',
      ),
    );
    const [kind, image = ''] = picture.split(',');
    expect(kind).toBe('data:image/svg+xml;base64');
    expect(Buffer.from(image, 'base64').toString()).toMatch(/^<svg [^]*<\/svg>\s*$/);
  });

  it('changes nothing about logging in until a code has been verified, and the secret set up last counts', async () => {
    const person = await somebody();
    const first = ok(await post('/auth/2fa/setup', person), 200).body.secret as string;
    const second = ok(await post('/auth/2fa/setup', person), 200).body.secret as string;
    expect(ok(await logIn(person), 200).body.user.two_factor_enabled).toBe(false);
    expect(await verify(person, codeNow(first))).toMatchObject(failed);
    ok(await verify(person, codeNow(second)), 200);
    expect(await logIn(person)).toMatchObject({ status: 401, body: { code: 'TOTP_REQUIRED' } });
  });

  it('never overwrites one that is enabled', async () => {
    const person = await protect(gatehouse, await somebody());
    const before = await rowOf(person);
    expect(await post('/auth/2fa/setup', person)).toMatchObject({
      status: 409,
      body: { code: 'TWO_FACTOR_ENABLED' },
    });
    expect(await verify(person, nextCode(person))).toMatchObject({
      status: 409,
      body: { code: 'TWO_FACTOR_ENABLED' },
    });
    expect(await rowOf(person)).toBe(before);
  });

  it('races enabling without a way between them: what is enabled is what was verified', async () => {
    for (let round = 0; round < 5; round += 1) {
      const person = await somebody();
      const { secret } = ok(await post('/auth/2fa/setup', person), 200).body as { secret: string };
      const [enabled, ...setups] = await Promise.all([
        verify(person, codeNow(secret)),
        ...Array.from({ length: 4 }, () => post('/auth/2fa/setup', person)),
      ]);
      if (enabled.status === 200) {
        const token = person.token;
        expect((await gatehouse.http.get('/auth/me', { token })).body.two_factor_enabled).toBe(true);
        await outdate(person);
        ok(await logIn(person, codeNow(secret)), 200);
      } else {
        expect(setups.map(({ status }) => status)).toContain(200);
        expect(enabled).toMatchObject(failed);
      }
    }
  });
});

describe('enabling it', () => {
  it('gives ten backup codes, once, and marks the account and this session', async () => {
    const person = await protect(gatehouse, await somebody());
    expect(new Set(person.backupCodes).size).toBe(10);
    const me = ok(await gatehouse.http.get('/auth/me', { token: person.token }), 200).body;
    expect(me.two_factor_enabled).toBe(true);
    const path = `/admin/users/${person.id}`;
    expect((await gatehouse.http.get(path, { token: tenant.owner.token })).body.two_factor_enabled).toBe(
      true,
    );
    expect(await query(gatehouse.databaseUrl, sessionOf(person))).toBe('pwd otp true');
  });

  it('ends the account’s other sessions at once, with their refresh tokens, and keeps this one', async () => {
    const person = await somebody();
    const other = ok(await logIn(person), 200).body;
    await protect(gatehouse, person);
    expect((await gatehouse.http.get('/auth/me', { token: other.access_token })).status).toBe(401);
    expect((await replica.http.get('/auth/me', { token: other.access_token })).status).toBe(401);
    const refresh = { refresh_token: other.refresh_token };
    expect((await gatehouse.http.post('/auth/refresh', { body: refresh })).status).toBe(401);
    expect((await gatehouse.http.get('/auth/me', { token: person.token })).status).toBe(200);
  });

  it('takes a code of now, or of half a minute before or after, and no older one', async () => {
    for (const [steps, status] of [
      [-2, 403],
      [2, 403],
      [0, 200],
    ] as const) {
      const person = await somebody();
      const { secret } = ok(await post('/auth/2fa/setup', person), 200).body as { secret: string };
      // Far enough from the end of the step that the code doesn't come into its time meanwhile.
      const outside = steps === 0 ? 0 : steps + Math.sign(steps);
      expect((await verify(person, codeNow(secret, outside))).status).toBe(status);
    }
  });

  it('needs something set up, and takes no backup code for it', async () => {
    const person = await somebody();
    expect(await verify(person, '123456')).toMatchObject({
      status: 409,
      body: { code: 'TWO_FACTOR_NOT_SET_UP' },
    });
    ok(await post('/auth/2fa/setup', person), 200);
    expect(await verify(person, 'aaaa-bbbb-cccc-dddd')).toMatchObject(failed);
  });
});

describe('a log-in to an account with a second factor', () => {
  it('with the right password alone begins nothing: no token, no session, no cookie', async () => {
    const person = await protect(gatehouse, await somebody());
    const sessions = await sessionCount(person);
    const answer = await logIn(person);
    expect(answer).toMatchObject({ status: 401, body: { code: 'TOTP_REQUIRED' } });
    expect(Object.keys(answer.body).sort()).toEqual([
      'code',
      'correlation_id',
      'detail',
      'status',
      'title',
      'type',
    ]);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(await sessionCount(person)).toBe(sessions);
    // Whatever the answer holds opens no door there is.
    for (const text of Object.values(answer.body).map(String)) {
      for (const { method, path, demand } of gatehouse.routes) {
        if (demand.kind !== 'protected' || path.includes(':')) continue;
        const { status } = await gatehouse.http.send(method, path, {
          token: text.replace(/[^\x21-\x7e]/g, ''),
        });
        expect({ path, status }).toMatchObject({ status: 401 });
      }
    }
  });

  it('tells of the second factor only who knows the password', async () => {
    const person = await protect(gatehouse, await somebody());
    const plain = await somebody();
    const bodies = [
      { email: person.email, password: 'not the passphrase' },
      { email: person.email, password: 'not the passphrase', totp_code: nextCode(person) },
      { email: plain.email, password: 'not the passphrase', totp_code: '123456' },
      { email: 'nobody-here@example.test', password: 'not the passphrase', totp_code: '123456' },
    ];
    const texts = [];
    for (const body of bodies) {
      const { status, body: said } = await gatehouse.http.post('/auth/login', { body });
      texts.push(JSON.stringify({ ...said, status, correlation_id: '' }));
    }
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain('INVALID_CREDENTIALS');
    // The code beside a wrong password was not used up.
    ok(await logIn(person, nextCode(person)), 200);
  });

  it('with a code begins a session that has proven both', async () => {
    const person = await protect(gatehouse, await somebody());
    const { body } = ok(await logIn(person, nextCode(person)), 200);
    expect(body.user.two_factor_enabled).toBe(true);
    expect(await query(gatehouse.databaseUrl, sessionOf(person))).toBe('pwd otp true');
  });

  it('takes each code once: not after it has enabled the factor, not twice, and none from before', async () => {
    const person = await protect(gatehouse, await somebody());
    expect(await logIn(person, usedCode(person))).toMatchObject(wrongCode);
    const code = nextCode(person);
    ok(await logIn(person, code), 200);
    expect(await logIn(person, code)).toMatchObject(wrongCode);
    expect(await logIn(person, usedCode(person))).toMatchObject(wrongCode);
  });

  it('takes a code once, raced twenty ways over two replicas', async () => {
    const person = await protect(gatehouse, await somebody());
    const code = await freshCode(gatehouse, person);
    expect(await race(person, code)).toEqual([200]);
  });

  it('takes each backup code once, raced twenty ways over two replicas, however it is written', async () => {
    const person = await protect(gatehouse, await somebody());
    const [first = '', second = ''] = person.backupCodes;
    expect(await race(person, first)).toEqual([200]);
    expect(await logIn(person, first)).toMatchObject(wrongCode);
    expect(await logIn(person, first.toUpperCase().replaceAll('-', ''))).toMatchObject(wrongCode);
    ok(await logIn(person, ` ${second.toUpperCase().replaceAll('-', ' ')} `), 200);
    expect(await logIn(person, second)).toMatchObject(wrongCode);
  });

  it('takes nobody else’s codes', async () => {
    const [one, other] = [
      await protect(gatehouse, await somebody()),
      await protect(gatehouse, await somebody()),
    ];
    expect(await logIn(one, nextCode(other))).toMatchObject(wrongCode);
    expect(await logIn(one, other.backupCodes[0])).toMatchObject(wrongCode);
    ok(await logIn(other, other.backupCodes[0]), 200);
  });

  it('is locked by wrong codes, and the right password takes none of them back', async () => {
    const person = await protect(gatehouse, await somebody());
    let locked: Answer | undefined;
    for (let count = 0; count < 30 && locked === undefined; count += 1) {
      // In between, what whoever knows the password can do.
      for (const code of [undefined, '000000', undefined]) {
        const answer = await logIn(person, code);
        if (answer.status === 429) locked = answer;
      }
    }
    expect(locked).toMatchObject({ status: 429, body: { code: 'LOCKED_OUT' } });
    expect(Number(locked?.headers['retry-after'])).toBeGreaterThan(0);
    expect(
      await query(gatehouse.databaseUrl, 'SELECT max(failures) AS answer FROM gatehouse.login_attempts'),
    ).toBeGreaterThan(4);
    // The right code doesn't help either while it lasts, and the other replica knows.
    expect((await logIn(person, nextCode(person), replica)).status).toBe(429);
    expect((await post('/auth/step-up', person, { totp_code: nextCode(person) })).status).toBe(429);
  });

  it('ignores a code where there is no second factor', async () => {
    const person = await somebody();
    ok(await logIn(person, '123456'), 200);
    expect(await query(gatehouse.databaseUrl, sessionOf(person))).toBe('pwd false');
  });

  it.each([[123456], [''], ['1'.repeat(65)], [null], [['123456']], [{ $ne: '' }]])(
    'does not read %j as a code',
    async (code) => {
      const body = { email: 'nobody@example.test', password: 'x', totp_code: code };
      const answer = await gatehouse.http.post('/auth/login', { body });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'totp_code' }] } });
    },
  );
});

describe('disabling it', () => {
  it('needs password and code, and says not which was wrong', async () => {
    const person = await protect(gatehouse, await somebody());
    const code = nextCode(person);
    const wrong = [
      { password: 'not the passphrase', code },
      { password: personPassword, code: '000000' },
      { password: personPassword, code: usedCode(person) },
      { password: 'not the passphrase', code: '000000' },
    ];
    for (const body of wrong) expect(await post('/auth/2fa/disable', person, body)).toMatchObject(failed);
    for (const body of [{ code }, { password: personPassword }, {}])
      expect((await post('/auth/2fa/disable', person, body)).status).toBe(400);
    expect((await gatehouse.http.get('/auth/me', { token: person.token })).body.two_factor_enabled).toBe(
      true,
    );
    ok(await post('/auth/2fa/disable', person, { password: personPassword, code }), 204);
    const none = await post('/auth/2fa/disable', person, { password: personPassword, code });
    expect(none).toMatchObject({ status: 409, body: { code: 'TWO_FACTOR_NOT_ENABLED' } });
  });

  it('ends the other sessions, takes this one’s proof back, and leaves no backup code behind', async () => {
    const person = await protect(gatehouse, await somebody());
    const other = ok(await logIn(person, nextCode(person)), 200).body;
    const [code = '', later = ''] = person.backupCodes;
    ok(await post('/auth/2fa/disable', person, { password: personPassword, code }), 204);
    expect((await gatehouse.http.get('/auth/me', { token: other.access_token })).status).toBe(401);
    expect((await gatehouse.http.get('/auth/me', { token: person.token })).body.two_factor_enabled).toBe(
      false,
    );
    expect(await query(gatehouse.databaseUrl, sessionOf(person, 'ASC'))).toBe('pwd false');
    ok(await logIn(person), 200);
    const again = await protect(gatehouse, person);
    expect(await logIn(again, later)).toMatchObject(wrongCode);
    expect(await logIn(again, nextCode(person))).toMatchObject(wrongCode);
  });
});

describe('new backup codes', () => {
  it('need password and code, and put the old ones out of use', async () => {
    const person = await protect(gatehouse, await somebody());
    expect(
      await post('/auth/2fa/backup-codes', person, {
        password: 'not it at all',
        code: person.backupCodes[0],
      }),
    ).toMatchObject(failed);
    const body = { password: personPassword, code: nextCode(person) };
    const fresh = ok(await post('/auth/2fa/backup-codes', person, body), 200).body.backup_codes as string[];
    expect(new Set([...fresh, ...person.backupCodes]).size).toBe(20);
    expect(await logIn(person, person.backupCodes[0])).toMatchObject(wrongCode);
    ok(await logIn(person, fresh[0]), 200);
  });
});

describe('an admin’s reset', () => {
  it('takes the factor away and ends the account’s sessions, and is recorded', async () => {
    const person = await protect(gatehouse, await somebody());
    ok(await reset(person), 204);
    expect((await gatehouse.http.get('/auth/me', { token: person.token })).status).toBe(401);
    expect(ok(await logIn(person), 200).body.user.two_factor_enabled).toBe(false);
    expect(await reset(person)).toMatchObject({ status: 409, body: { code: 'TWO_FACTOR_NOT_ENABLED' } });
    const record = `SELECT user_id AS answer FROM gatehouse.audit_events WHERE action = 'second_factor.reset' AND object = '${person.id}'`;
    expect(await query(gatehouse.databaseUrl, record)).toBe(tenant.owner.id);
  });

  it('is not for oneself, nor for whoever holds more, nor for somebody in another tenant', async () => {
    const owner = await protect(
      gatehouse,
      await makePerson(gatehouse.http, tenant.owner.token, { role: 'owner' }),
    );
    const admin = await makePerson(gatehouse.http, tenant.owner.token, { role: 'admin' });
    expect(await reset(owner, owner.token)).toMatchObject({
      status: 403,
      body: { code: 'OWN_SECOND_FACTOR' },
    });
    expect(await reset(owner, admin.token)).toMatchObject({
      status: 403,
      body: { code: 'BEYOND_OWN_PERMISSIONS' },
    });
    const elsewhere = await makeTenant(gatehouse);
    expect((await reset(owner, elsewhere.owner.token)).status).toBe(404);
    const member = await somebody();
    expect((await reset(owner, member.token)).status).toBe(403);
    expect((await gatehouse.http.get('/auth/me', { token: owner.token })).body.two_factor_enabled).toBe(true);
  });

  it('is for the account’s home: another tenant that made it a member cannot', async () => {
    const person = await protect(gatehouse, await somebody());
    const other = await makeTenant(gatehouse);
    const body = { email: person.email, name: 'The same', role: 'member' };
    ok(await gatehouse.http.post('/admin/users', { token: other.owner.token, body }), 201);
    expect(await reset(person, other.owner.token)).toMatchObject({
      status: 403,
      body: { code: 'ACCOUNT_FROM_ELSEWHERE' },
    });
    expect((await gatehouse.http.get('/auth/me', { token: person.token })).status).toBe(200);
  });
});

describe('the routes of the second factor', () => {
  const routes = {
    '/auth/2fa/setup': undefined,
    '/auth/2fa/verify': { code: '123456' },
    '/auth/2fa/disable': { password: personPassword, code: '123456' },
    '/auth/2fa/backup-codes': { password: personPassword, code: '123456' },
    '/auth/step-up': { totp_code: '123456' },
  };

  it.each(Object.entries(routes))(
    '%s is for a person who is logged in, at home: no key, no X-Tenant-ID',
    async (path, body) => {
      const person = await somebody();
      const { key } = await makeKey(gatehouse.http, person.token, ['keys.own']);
      expect(await gatehouse.http.post(path, { key, body })).toMatchObject({
        status: 403,
        body: { code: 'SESSION_REQUIRED' },
      });
      expect((await gatehouse.http.post(path, { body })).status).toBe(401);
      const headers = { 'x-tenant-id': tenant.id };
      expect(await gatehouse.http.post(path, { token: gatehouse.adminToken, headers, body })).toMatchObject({
        status: 403,
        body: { code: 'HOME_TENANT_ONLY' },
      });
    },
  );

  it.each(Object.entries(routes).filter(([, body]) => body !== undefined))(
    '%s takes no member it does not know',
    async (path, body) => {
      const person = await somebody();
      for (const member of ['role', 'tenant_id', 'user_id', 'enabled', 'is_admin']) {
        const answer = await post(path, person, { ...body, [member]: 'x' });
        expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: member }] } });
      }
    },
  );
});

describe('what is kept', () => {
  it('holds neither the secret nor a backup code as it was given out, nor does the trail', async () => {
    const person = await protect(gatehouse, await somebody());
    ok(await logIn(person, person.backupCodes[0]), 200);
    for (const table of ['totp_secrets', 'backup_codes', 'audit_events', 'sessions']) {
      for (const secret of [person.secret, ...person.backupCodes]) {
        const hex = Buffer.from(secret).toString('hex');
        const found = `SELECT count(*)::int AS answer FROM gatehouse.${table} t WHERE t::text LIKE '%${secret}%' OR t::text LIKE '%${hex}%'`;
        expect(await query(gatehouse.databaseUrl, found)).toBe(0);
      }
    }
  });

  it('opens in its own account only: a secret copied to another one makes no code good there', async () => {
    const [one, other] = [
      await protect(gatehouse, await somebody()),
      await protect(gatehouse, await somebody()),
    ];
    await query(
      gatehouse.databaseUrl,
      `UPDATE gatehouse.totp_secrets SET secret = (SELECT secret FROM gatehouse.totp_secrets WHERE user_id = '${one.id}') WHERE user_id = '${other.id}'`,
    );
    expect((await logIn(other, nextCode(one))).status).toBe(500);
  });
});

const oathtool = spawnSync('oathtool', ['--version']).status === 0;
if (!oathtool && process.env.CI === undefined) console.warn('oathtool is not installed: its test is skipped');
(oathtool || process.env.CI !== undefined ? it : it.skip)(
  'an authenticator of somebody else’s making gets in: oathtool',
  async () => {
    const person = await somebody();
    const { secret } = ok(await post('/auth/2fa/setup', person), 200).body as { secret: string };
    const now = Math.floor(Date.now() / 1000);
    const codeAt = (seconds: number) =>
      execFileSync('oathtool', ['--totp', '--base32', '--now', `@${seconds}`, secret], {
        encoding: 'utf8',
      }).trim();
    ok(await verify(person, codeAt(now)), 200);
    expect(await logIn(person, codeAt(now))).toMatchObject(wrongCode);
    ok(await logIn(person, codeAt(now + 30)), 200);
  },
);

const failed = { status: 403, body: { code: 'REAUTHENTICATION_FAILED' } };
const wrongCode = { status: 401, body: { code: 'TOTP_INVALID' } };

function somebody(): Promise<Person> {
  return makePerson(gatehouse.http, tenant.owner.token);
}

function post(path: string, { token }: Person, body?: unknown): Promise<Answer> {
  return gatehouse.http.post(path, { token, body });
}

function verify(person: Person, code: string): Promise<Answer> {
  return post('/auth/2fa/verify', person, { code });
}

function logIn({ email, password }: Person, totpCode?: string, at = gatehouse): Promise<Answer> {
  return at.http.post('/auth/login', { body: { email, password, totp_code: totpCode } });
}

function reset({ id }: Person, token = tenant.owner.token): Promise<Answer> {
  return gatehouse.http.delete(`/admin/users/${id}/second-factor`, { token });
}

/** Twenty log-ins with one code at once, half of them elsewhere. @returns the statuses that aren't a plain refusal */
async function race(person: Protected, code: string): Promise<number[]> {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => logIn(person, code, index % 2 === 0 ? gatehouse : replica)),
  );
  // Most were really looked at, and not just held off.
  expect(answers.filter(({ body }) => body.code === 'TOTP_INVALID').length).toBeGreaterThan(9);
  await forgive();
  return answers.map(({ status }) => status).filter((status) => status !== 401 && status !== 429);
}

/** Lets the wait for all wrong answers so far be over. */
async function forgive(): Promise<void> {
  await query(gatehouse.databaseUrl, 'DELETE FROM gatehouse.login_attempts');
}

async function outdate({ id }: Person): Promise<void> {
  await query(
    gatehouse.databaseUrl,
    `UPDATE gatehouse.totp_secrets SET last_step = NULL WHERE user_id = '${id}'`,
  );
}

function rowOf({ id }: Person): Promise<unknown> {
  return query(
    gatehouse.databaseUrl,
    `SELECT t::text AS answer FROM gatehouse.totp_secrets t WHERE user_id = '${id}'`,
  );
}

function sessionCount({ id }: Person): Promise<unknown> {
  return query(
    gatehouse.databaseUrl,
    `SELECT count(*)::int AS answer FROM gatehouse.sessions WHERE user_id = '${id}'`,
  );
}

/** What a person's session has proven: the last one, or the first. */
function sessionOf({ id }: Person, order = 'DESC'): string {
  return `SELECT array_to_string(amr, ' ') || ' ' || (mfa_at IS NOT NULL)::text AS answer FROM gatehouse.sessions
    WHERE user_id = '${id}' ORDER BY created_at ${order} LIMIT 1`;
}
