import { decodeJwt } from 'jose';
import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import {
  makeKey,
  makePerson,
  makeTenant,
  ok,
  personPassword,
  verifyAddress,
  type Person,
  type Tenant,
} from '../harness/people.js';

let gatehouse: TestGatehouse;
let tenant: Tenant;

beforeAll(async () => {
  gatehouse = await startTestGatehouse();
  tenant = await makeTenant(gatehouse);
});
afterAll(() => gatehouse.stop());

describe('one’s own sessions', () => {
  it('are listed: one’s own, live ones, and which of them this is', async () => {
    const person = await newPerson();
    await newPerson();
    const [second, ended] = [await logIn(person), await logIn(person)];
    ok(await gatehouse.http.post('/auth/logout', { token: ended }), 204);
    const { data, next_cursor } = ok(await list(second), 200).body;
    expect(next_cursor).toBeNull();
    expect(data.map(({ id }: { id: string }) => id)).toEqual([sidOf(person.token), sidOf(second)]);
    expect(data[1]).toEqual({
      id: sidOf(second),
      current: true,
      methods: ['pwd'],
      source_address: '127.0.0.1',
      user_agent: expect.any(String),
      created_at: expect.any(String),
      expires_at: expect.any(String),
    });
    expect(data[0].current).toBe(false);
  });

  it('can be ended one by one, at once, and each once', async () => {
    const person = await newPerson();
    const other = await logIn(person);
    ok(await end(person.token, sidOf(other)), 204);
    expect(await statusOfMe(other)).toBe(401);
    expect((await end(person.token, sidOf(other))).status).toBe(404);
    expect(await statusOfMe(person.token)).toBe(200);
  });

  it('are nobody else’s: a foreign session’s id is answered like one that nobody has', async () => {
    const [person, colleague] = [await newPerson(), await newPerson()];
    const stranger = (await makeTenant(gatehouse)).owner;
    const answers = [];
    for (const id of [sidOf(colleague.token), sidOf(stranger.token), person.id])
      answers.push(await end(person.token, id));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(await statusOfMe(colleague.token)).toBe(200);
    expect(await statusOfMe(stranger.token)).toBe(200);
  });

  it('can all be ended, in all tenants and no one else’s', async () => {
    const person = await newPerson();
    const elsewhere = await makeTenant(gatehouse);
    const member = { token: elsewhere.owner.token, body: { email: person.email, name: 'x', role: 'viewer' } };
    ok(await gatehouse.http.post('/admin/users', member), 201);
    await verifyAddress(gatehouse, person.id);
    const [there, here, colleague] = [
      await logIn(person, elsewhere.id),
      await logIn(person),
      await newPerson(),
    ];
    ok(await gatehouse.http.delete('/auth/sessions', { token: person.token }), 204);
    for (const token of [person.token, there, here]) expect(await statusOfMe(token)).toBe(401);
    for (const token of [colleague.token, tenant.owner.token, elsewhere.owner.token])
      expect(await statusOfMe(token)).toBe(200);
  });

  it('are out of a key’s reach', async () => {
    const person = await newPerson();
    const { key } = await makeKey(gatehouse.http, person.token, ['keys.own']);
    for (const [method, path] of [
      ['GET', '/auth/sessions'],
      ['DELETE', '/auth/sessions'],
      ['DELETE', `/auth/sessions/${sidOf(person.token)}`],
    ] as const) {
      const answer = await gatehouse.http.send(method, path, { key });
      expect(answer).toMatchObject({ status: 403, body: { code: 'SESSION_REQUIRED' } });
    }
    expect(await statusOfMe(person.token)).toBe(200);
  });
});

function newPerson(): Promise<Person> {
  return makePerson(gatehouse.http, tenant.owner.token);
}

async function logIn({ email }: Person, tenantId?: string): Promise<string> {
  const body = { email, password: personPassword, tenant_id: tenantId };
  return ok(await gatehouse.http.post('/auth/login', { body }), 200).body.access_token as string;
}

function sidOf(token: string): string {
  return String(decodeJwt(token).sid);
}

function list(token: string) {
  return gatehouse.http.get('/auth/sessions', { token });
}

function end(token: string, id: string) {
  return gatehouse.http.delete(`/auth/sessions/${id}`, { token });
}

async function statusOfMe(token: string): Promise<number> {
  return (await gatehouse.http.get('/auth/me', { token })).status;
}
