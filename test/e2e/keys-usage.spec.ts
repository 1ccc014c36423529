import { Client } from 'pg';
import { eventuallyHolds } from '../harness/eventually.js';
import { startTestGatehouse, trustingYaml, type TestGatehouse } from '../harness/gatehouse.js';
import { makeKey, makePerson, makeTenant, ok, type Person } from '../harness/people.js';
import { createDatabase } from '../harness/postgres.js';
import { query } from '../harness/query.js';

let gatehouse: TestGatehouse;
let person: Person;

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ yaml: trustingYaml, keyWatch: { usesEveryMs: 20 } });
  person = await makePerson(gatehouse.http, (await makeTenant(gatehouse)).owner.token);
});
afterAll(() => gatehouse.stop());

const make = () => makeKey(gatehouse.http, person.token, ['scans.read']);
const use = async (key: string, address = '192.0.2.1') => {
  ok(await gatehouse.http.get('/scans/1', { key, headers: { 'x-forwarded-for': address } }), 200);
};
const shown = async (id: string) =>
  ok(await gatehouse.http.get(`/auth/api-keys/${id}`, { token: person.token }), 200).body as {
    last_used_at: string | null;
    last_used_from: string | null;
  };
/** Uses another key and waits until that is noted: by then, so is everything before it. */
const everythingNoted = async () => {
  const marker = await make();
  await use(marker.key);
  await eventuallyHolds(async () => expect((await shown(marker.id)).last_used_at).not.toBeNull());
};
const setUsed = (id: string, ago: string) =>
  query(
    gatehouse.databaseUrl,
    `UPDATE gatehouse.api_keys SET last_used_at = now() - interval '${ago}' WHERE id = '${id}'`,
  );

describe('the last use of a key', () => {
  it('is shown, with the address it came from', async () => {
    const { id, key } = await make();
    expect(await shown(id)).toMatchObject({ last_used_at: null, last_used_from: null });
    await use(key, '2001:db8::7');
    await eventuallyHolds(async () => expect((await shown(id)).last_used_from).toBe('2001:db8::7'));
    const age = await query(
      gatehouse.databaseUrl,
      `SELECT extract(epoch FROM now() - last_used_at)::float AS answer FROM gatehouse.api_keys WHERE id = '${id}'`,
    );
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(60);
  });

  it('is written at most once a minute', async () => {
    const { id, key } = await make();
    await use(key, '192.0.2.1');
    await eventuallyHolds(async () => expect((await shown(id)).last_used_from).toBe('192.0.2.1'));
    await setUsed(id, '50 s');
    const before = await shown(id);
    await use(key, '192.0.2.2');
    await everythingNoted();
    expect(await shown(id)).toEqual(before);
    await setUsed(id, '61 s');
    await use(key, '192.0.2.3');
    await eventuallyHolds(async () => expect((await shown(id)).last_used_from).toBe('192.0.2.3'));
  });

  it('is one that was admitted: who is turned away used nothing', async () => {
    const { id, key } = await makeKey(gatehouse.http, person.token, ['scans.read'], {
      source_ranges: ['198.51.100.0/24'],
    });
    const elsewhere = { key, headers: { 'x-forwarded-for': '192.0.2.1' } };
    expect((await gatehouse.http.get('/scans/1', elsewhere)).status).toBe(401);
    const here = { key, headers: { 'x-forwarded-for': '198.51.100.1' } };
    expect((await gatehouse.http.post('/scans', here)).status).toBe(403);
    await everythingNoted();
    expect(await shown(id)).toMatchObject({ last_used_at: null, last_used_from: null });
  });

  it('holds nobody up: a row that somebody else has locked is passed over', async () => {
    const { id, key } = await make();
    const locker = new Client({ connectionString: gatehouse.databaseUrl });
    await locker.connect();
    try {
      await locker.query('BEGIN');
      await locker.query('SELECT 1 FROM gatehouse.api_keys WHERE id = $1 FOR UPDATE', [id]);
      await use(key);
      await everythingNoted();
      expect(await shown(id)).toMatchObject({ last_used_at: null });
    } finally {
      await locker.end();
    }
    await use(key);
    await eventuallyHolds(async () => expect((await shown(id)).last_used_at).not.toBeNull());
  });

  it('is written at the end too, when the program stops before its time has come', async () => {
    const database = await createDatabase();
    try {
      const short = await startTestGatehouse({ databaseUrl: database.url });
      const { id, key } = await makeKey(short.http, short.adminToken, ['scans.read']);
      ok(await short.http.get('/scans/1', { key }), 200);
      await short.stop();
      const from = `SELECT last_used_from AS answer FROM gatehouse.api_keys WHERE id = '${id}'`;
      expect(await query(database.url, from)).toBe('127.0.0.1');
    } finally {
      await database.drop();
    }
  });
});
