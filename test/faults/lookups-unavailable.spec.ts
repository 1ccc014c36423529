import { Client } from 'pg';
import { shippedWaits } from '../../src/commands/waits.js';
import { Secret } from '../../src/kernel/secret.js';
import { appRole } from '../../src/storage/schema/app-role.js';
import {
  adminEmail,
  adminPassword,
  startTestGatehouse,
  testSecret,
  type TestGatehouse,
} from '../harness/gatehouse.js';
import type { Answer } from '../harness/http-client.js';
import { Leftovers } from '../harness/leftovers.js';
import { everyCredential, everyCredentialEnv, lookUps, type Presented } from '../harness/presented.js';
import { createDatabase } from '../harness/postgres.js';

const role = appRole(new Secret(testSecret)).name;

let owner: Client;
let gatehouse: TestGatehouse;
let presented: readonly Presented[];

const leftovers = new Leftovers();
beforeAll(async () => {
  const database = leftovers.add(await createDatabase(), (it) => it.drop());
  owner = leftovers.add(new Client({ connectionString: database.url }), (it) => it.end());
  await owner.connect();
  const options = { databaseUrl: database.url, env: everyCredentialEnv, waits: shippedWaits };
  gatehouse = leftovers.add(await startTestGatehouse(options), (it) => it.stop());
  ({ presented } = await everyCredential(gatehouse));
});
afterAll(() => leftovers.clear());

// The trail works throughout: were an outage taken for "no credential", the next one would be tried, or a 401 written down.
describe.each(lookUps)('while %s can not be asked, and everything else can', (lookUp) => {
  it('who has to be looked up there gets 503, whatever else they present, and all others their usual answer', async () => {
    const usual = await statuses();
    const signature = await signatureOf(lookUp);
    await owner.query(`REVOKE EXECUTE ON FUNCTION ${signature} FROM ${role}`);
    const during = await statuses();
    await owner.query(`GRANT EXECUTE ON FUNCTION ${signature} TO ${role}`);

    const expected = presented.map(({ name, asks }) => [name, asks === lookUp ? 503 : usual.get(name)]);
    expect([...during]).toEqual(expected);
    expect(expected.filter(([, status]) => status === 503).length).toBeGreaterThan(0);
    expect(await statuses()).toEqual(usual);
  });
});

describe('while a table that every look-up reads is locked', () => {
  beforeAll(() =>
    owner.query('BEGIN; LOCK TABLE gatehouse.tenants, gatehouse.users IN ACCESS EXCLUSIVE MODE'),
  );
  // A second one does nothing.
  afterAll(() => owner.query('COMMIT'));

  it('whoever has to be looked up gets 503 within two seconds', async () => {
    const before = performance.now();
    const during = await statuses();
    expect(performance.now() - before).toBeLessThan(2000);
    const asked = presented.filter(({ asks }) => asks !== undefined);
    expect(asked.map(({ name }) => [name, during.get(name)])).toEqual(asked.map(({ name }) => [name, 503]));
  });

  it('a log-in is told the same whether or not there is such an account', async () => {
    const wrong = Array.from({ length: 8 }, () => logIn(adminEmail, 'not the password'));
    const others = [logIn(adminEmail, adminPassword), logIn('nobody@example.test', adminPassword)];
    const said = (await Promise.all([...wrong, ...others])).map(({ status, body }) =>
      JSON.stringify({ status, ...body, correlation_id: undefined }),
    );
    expect([...new Set(said)]).toEqual([expect.stringContaining('"status":503')]);
  });

  it('and none of the wrong passwords was counted: as soon as it is over, the right one is let in', async () => {
    await owner.query('COMMIT');
    expect((await logIn(adminEmail, adminPassword)).status).toBe(200);
  });
});

/** The status that each gets at a proxied route. */
async function statuses(): Promise<Map<string, number>> {
  const ask = async ({ name, headers }: Presented) =>
    [name, (await gatehouse.http.get('/scans', { headers })).status] as const;
  return new Map(await Promise.all(presented.map(ask)));
}

function logIn(email: string, password: string): Promise<Answer> {
  return gatehouse.http.post('/auth/login', { body: { email, password } });
}

async function signatureOf(name: string): Promise<string> {
  const text = `SELECT oid::regprocedure::text AS signature FROM pg_proc
    WHERE pronamespace = 'gatehouse'::regnamespace AND proname = $1`;
  const { rows } = await owner.query<{ signature: string }>(text, [name]);
  if (rows.length !== 1) throw new Error(`there are ${rows.length} functions ${name}`);
  return rows[0]?.signature ?? '';
}
