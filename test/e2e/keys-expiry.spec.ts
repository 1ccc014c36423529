import { eventuallyHolds } from '../harness/eventually.js';
import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { Mailbox } from '../harness/mailbox.js';
import { makeKey, makePerson, makeTenant, ok, type Person, type Tenant } from '../harness/people.js';
import { createDatabase, type TestDatabase } from '../harness/postgres.js';
import { query } from '../harness/query.js';

/** Two replicas that share a database, and what both of them sent. */
let database: TestDatabase;
let replicas: TestGatehouse[];
let tenant: Tenant;
const mailbox = new Mailbox();

beforeAll(async () => {
  database = await createDatabase();
  const options = { databaseUrl: database.url, mailer: mailbox, keyWatch: { warningsEveryMs: 20 } };
  replicas = [await startTestGatehouse(options)];
  replicas.push(await startTestGatehouse(options));
  tenant = await makeTenant(first());
});
afterAll(async () => {
  for (const replica of replicas) await replica.stop();
  await database.drop();
});

const first = () => replicas[0]!;
const newPerson = () => makePerson(first().http, tenant.owner.token);
/** A key that was made long ago and ends so soon. */
const keyEndingIn = async (person: Person, left: string, name = 'Nightly') => {
  const made = await makeKey(first().http, person.token, ['scans.read'], { name, expires_in: '400d' });
  await endIn(made.id, left);
  return made;
};
const endIn = (id: string, left: string) =>
  query(
    database.url,
    `UPDATE gatehouse.api_keys SET expires_at = now() + interval '${left}', created_at = now() - interval '1 year' WHERE id = '${id}'`,
  );
/** Waits until a key that became due later was warned of: by then, so was everything before it. */
const everythingSent = async () => {
  const marker = await newPerson();
  await keyEndingIn(marker, '12 hours');
  await eventuallyHolds(() => expect(mailbox.subjectsTo(marker.email)).toHaveLength(1));
};
const endsWithin = (time: string) => `An API key of yours ends within ${time}`;

describe('the owner of a key', () => {
  it('is told 30 days, 7 days and a day ahead that it will end, once each, however many replicas look', async () => {
    const person = await newPerson();
    const { id, key } = await keyEndingIn(person, '31 days');
    await everythingSent();
    expect(mailbox.subjectsTo(person.email)).toEqual([]);
    const expected: string[] = [];
    for (const [left, time] of [
      ['29 days', '30 days'],
      ['6 days', '7 days'],
      ['23 hours', 'a day'],
    ] as const) {
      await endIn(id, left);
      expected.push(endsWithin(time));
      await eventuallyHolds(() => expect(mailbox.subjectsTo(person.email)).toEqual(expected));
      await everythingSent();
      expect(mailbox.subjectsTo(person.email)).toEqual(expected);
    }
    const text = mailbox.mails.find(({ to }) => to === person.email)?.text ?? '';
    expect(text).toContain('Nightly');
    expect(text).toContain(key.slice(0, 11));
    expect(text).not.toContain(key);
  });

  it('is told of the nearest threshold only, when several were passed unseen', async () => {
    const person = await newPerson();
    await keyEndingIn(person, '20 hours');
    await eventuallyHolds(() => expect(mailbox.subjectsTo(person.email)).toEqual([endsWithin('a day')]));
    await everythingSent();
    expect(mailbox.subjectsTo(person.email)).toHaveLength(1);
  });

  it('is not told of a key that was made for so short a time', async () => {
    const person = await newPerson();
    for (const expires_in of ['20h', '23h'])
      await makeKey(first().http, person.token, ['scans.read'], { expires_in });
    await everythingSent();
    expect(mailbox.subjectsTo(person.email)).toEqual([]);
    await makeKey(first().http, person.token, ['scans.read'], { expires_in: '5d' });
    await everythingSent();
    expect(mailbox.subjectsTo(person.email)).toEqual([]);
  });

  it('is not told of a key that is over: revoked, expired or replaced', async () => {
    const person = await newPerson();
    const [revoked, expired, replaced] = [
      await makeKey(first().http, person.token, ['scans.read'], { expires_in: '400d' }),
      await makeKey(first().http, person.token, ['scans.read'], { expires_in: '400d' }),
      await makeKey(first().http, person.token, ['scans.read'], { expires_in: '400d' }),
    ];
    const as = { token: person.token };
    ok(await first().http.delete(`/auth/api-keys/${revoked.id}`, as), 204);
    ok(await first().http.post(`/auth/api-keys/${replaced.id}/rotate`, as), 201);
    await endIn(revoked.id, '5 days');
    await endIn(expired.id, '-1 days');
    await endIn(replaced.id, '5 days');
    await everythingSent();
    expect(mailbox.subjectsTo(person.email)).toEqual([]);
  });

  it('is not written to while disabled, nor in a tenant that is suspended', async () => {
    const person = await newPerson();
    const { id } = await makeKey(first().http, person.token, ['scans.read'], { expires_in: '400d' });
    const status = { token: tenant.owner.token, body: { status: 'disabled' } };
    ok(await first().http.patch(`/admin/users/${person.id}`, status), 200);
    const other = await makeTenant(first());
    const theirs = await makeKey(first().http, other.owner.token, ['scans.read'], { expires_in: '400d' });
    const suspended = { token: first().adminToken, body: { status: 'suspended' } };
    ok(await first().http.patch(`/admin/tenants/${other.id}`, suspended), 200);
    await endIn(id, '5 days');
    await endIn(theirs.id, '5 days');
    await everythingSent();
    expect([...mailbox.subjectsTo(person.email), ...mailbox.subjectsTo(other.owner.email)]).toEqual([]);
  });

  it('is told later when mail could not be sent, and holds up nobody else until then', async () => {
    const person = await newPerson();
    mailbox.unreachable.add(person.email);
    const { id } = await keyEndingIn(person, '5 days');
    await everythingSent();
    expect(mailbox.subjectsTo(person.email)).toEqual([]);
    mailbox.unreachable.delete(person.email);
    await eventuallyHolds(() => expect(mailbox.subjectsTo(person.email)).toEqual([endsWithin('7 days')]));
    await endIn(id, '5 hours');
    await eventuallyHolds(() =>
      expect(mailbox.subjectsTo(person.email)).toEqual([endsWithin('7 days'), endsWithin('a day')]),
    );
  });
});
