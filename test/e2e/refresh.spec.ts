import { decodeJwt } from 'jose';
import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import type { Answer } from '../harness/http-client.js';
import { makeKey, makePerson, makeTenant, ok, type Person, type Tenant } from '../harness/people.js';
import { query } from '../harness/query.js';

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

let gatehouse: TestGatehouse;
let replica: TestGatehouse;
let tenant: Tenant;
let person: Person;

beforeAll(async () => {
  gatehouse = await startTestGatehouse();
  replica = await startTestGatehouse({ databaseUrl: gatehouse.databaseUrl });
  tenant = await makeTenant(gatehouse);
  person = await makePerson(gatehouse.http, tenant.owner.token);
});
afterAll(async () => {
  await replica.stop();
  await gatehouse.stop();
});

describe('a refresh token', () => {
  it('gives the next one, in the same session, whose life begins anew', async () => {
    const first = await logIn();
    await query(
      gatehouse.databaseUrl,
      `UPDATE gatehouse.sessions SET expires_at = now() + interval '1 hour' WHERE id = '${sid(first)}'`,
    );
    const second = ok(await refresh(first.refresh_token), 200).body as Tokens;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(sid(second)).toBe(sid(first));
    expect(await statuses([first, second])).toEqual([200, 200]);
    const days = await query(
      gatehouse.databaseUrl,
      `SELECT round(extract(epoch FROM expires_at - now()) / 86400)::int AS answer FROM gatehouse.sessions WHERE id = '${sid(first)}'`,
    );
    expect(days).toBe(30);
  });

  it('asked for fifty times at once, of two replicas, has one successor', async () => {
    const first = await logIn();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        refresh(first.refresh_token, index % 2 === 0 ? gatehouse : replica),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    expect(new Set(answers.map(({ body }) => sid(body)))).toEqual(new Set([sid(first)]));
    expect(await lineage(first)).toBe(2);
    // And the line goes on from there.
    const next = ok(await refresh(answers[0]?.body.refresh_token), 200).body as Tokens;
    expect(await lineage(first)).toBe(3);
    expect(await statuses([next])).toEqual([200]);
  });

  it('asked for again within ten seconds gives the same successor; later it ends the session and all its line', async () => {
    const first = await logIn();
    const { key } = await makeKey(gatehouse.http, first.access_token, ['scans.read']);
    const bystander = await logIn();
    const second = ok(await refresh(first.refresh_token), 200).body as Tokens;
    await usedAgo(first, 9);
    expect((await refresh(first.refresh_token)).body.refresh_token).toBe(second.refresh_token);
    await usedAgo(first, 11);
    const reused = await refresh(first.refresh_token);
    expect(reused).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } });
    expect(reused.headers['www-authenticate']).toContain('invalid_token');

    expect(await statuses([first, second])).toEqual([401, 401]);
    expect((await refresh(second.refresh_token)).status).toBe(401);
    expect((await refresh(first.refresh_token)).status).toBe(401);
    // Nobody else is meant: neither the person's other session nor their keys.
    expect(await statuses([bystander])).toEqual([200]);
    expect((await gatehouse.http.get('/scans/1', { key })).status).toBe(200);
    const trail = await gatehouse.http.get('/admin/audit?action=session.revoked', {
      token: tenant.owner.token,
    });
    expect(trail.body.data).toMatchObject([
      { object: sid(first), user_id: person.id, details: { why: 'refresh token reused' } },
    ]);
  });

  it('stolen and used later ends the session, however far the line has gone, and whoever races whom', async () => {
    for (let round = 0; round < 5; round += 1) {
      const first = await logIn();
      const second = ok(await refresh(first.refresh_token), 200).body as Tokens;
      await usedAgo(first, 11);
      const [honest, ...thieves] = await Promise.all([
        refresh(second.refresh_token),
        ...Array.from({ length: 5 }, () => refresh(first.refresh_token, replica)),
      ]);
      expect(new Set(thieves.map(({ status }) => status))).toEqual(new Set([401]));
      // Whether the honest one came first or not, nobody is left in.
      const last = honest?.status === 200 ? [honest.body as Tokens] : [];
      expect(new Set(await statuses([first, second, ...last]))).toEqual(new Set([401]));
      for (const { refresh_token: token } of last) expect((await refresh(token)).status).toBe(401);
    }
  });

  it('of somebody who may not come in any more gives nothing, and does again when they may', async () => {
    const { http, adminToken } = gatehouse;
    const tokens = await logIn();
    const path = `/admin/tenants/${tenant.id}`;
    ok(await http.patch(path, { token: adminToken, body: { status: 'suspended' } }), 200);
    expect(await refresh(tokens.refresh_token)).toMatchObject({ status: 401 });
    ok(await http.patch(path, { token: adminToken, body: { status: 'active' } }), 200);
    const next = ok(await refresh(tokens.refresh_token), 200).body as Tokens;

    const user = `/admin/users/${person.id}`;
    ok(await http.patch(user, { token: tenant.owner.token, body: { status: 'disabled' } }), 200);
    expect((await refresh(next.refresh_token)).status).toBe(401);
    ok(await http.patch(user, { token: tenant.owner.token, body: { status: 'active' } }), 200);
    // Disabling has ended the session for good.
    expect((await refresh(next.refresh_token)).status).toBe(401);
  });

  it('that is none is refused like one that no longer is', async () => {
    const { refresh_token: token } = await logIn();
    for (const text of ['rt_', 'x', token.slice(0, -1), `${token}x`, token.toUpperCase(), ` ${token}`]) {
      expect(await refresh(text)).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } });
    }
    for (const body of [
      {},
      { refresh_token: '' },
      { refresh_token: [token] },
      { refresh_token: 'x'.repeat(513) },
    ]) {
      const answer = await gatehouse.http.post('/auth/refresh', { body });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'refresh_token' }] } });
    }
    // As a credential it opens nothing either.
    for (const name of ['authorization', 'x-api-key']) {
      const headers = { [name]: name === 'authorization' ? `Bearer ${token}` : token };
      expect((await gatehouse.http.get('/auth/me', { headers })).status).toBe(401);
    }
    expect((await refresh(token)).status).toBe(200);
  });

  it('is nowhere in the database or the trail as it was given', async () => {
    const { refresh_token: token } = await logIn();
    const successor = (await refresh(token)).body.refresh_token as string;
    const tables = ['refresh_tokens', 'sessions', 'audit_events'];
    for (const table of tables) {
      for (const secret of [token, successor]) {
        const hex = Buffer.from(secret).toString('hex');
        const found = `SELECT count(*)::int AS answer FROM gatehouse.${table} t WHERE t::text LIKE '%${secret}%' OR t::text LIKE '%${hex}%'`;
        expect(await query(gatehouse.databaseUrl, found)).toBe(0);
      }
    }
  });
});

async function logIn(): Promise<Tokens> {
  const { email, password } = person;
  return ok(await gatehouse.http.post('/auth/login', { body: { email, password } }), 200).body as Tokens;
}

function refresh(token: string, at = gatehouse): Promise<Answer> {
  return at.http.post('/auth/refresh', { body: { refresh_token: token } });
}

function sid({ access_token: token }: Tokens): string {
  return String(decodeJwt(token).sid);
}

async function statuses(tokens: readonly Tokens[]): Promise<number[]> {
  return Promise.all(
    tokens.map(async ({ access_token: token }) => (await gatehouse.http.get('/auth/me', { token })).status),
  );
}

/** How many refresh tokens a session has had. */
async function lineage(tokens: Tokens): Promise<unknown> {
  const text = `SELECT count(*)::int AS answer FROM gatehouse.refresh_tokens WHERE session_id = '${sid(tokens)}'`;
  return query(gatehouse.databaseUrl, text);
}

/** Lets the use of a session's first refresh token be so many seconds past. */
async function usedAgo(tokens: Tokens, seconds: number): Promise<void> {
  const first = `SELECT id FROM gatehouse.refresh_tokens WHERE session_id = '${sid(tokens)}' ORDER BY created_at, id LIMIT 1`;
  const text = `UPDATE gatehouse.refresh_tokens SET used_at = clock_timestamp() - interval '${seconds} s' WHERE id = (${first})`;
  await query(gatehouse.databaseUrl, text);
}
