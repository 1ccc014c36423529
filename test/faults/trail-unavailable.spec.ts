import { Client } from 'pg';
import { shippedWaits } from '../../src/commands/waits.js';
import { Secret } from '../../src/kernel/secret.js';
import { appRole } from '../../src/storage/schema/app-role.js';
import { eventually } from '../harness/eventually.js';
import { startTestGatehouse, testSecret, type TestGatehouse } from '../harness/gatehouse.js';
import { Leftovers } from '../harness/leftovers.js';
import { call, recordedRoutes, type OfferedRoute } from '../harness/offered-routes.js';
import { ok } from '../harness/people.js';
import { everyCredential, everyCredentialEnv, type EveryCredential } from '../harness/presented.js';
import { createDatabase, type TestDatabase } from '../harness/postgres.js';
import { startRecordingUpstream, type RecordingUpstream } from '../harness/recording-upstream.js';

const role = appRole(new Secret(testSecret)).name;

let database: TestDatabase;
let owner: Client;
let upstream: RecordingUpstream;
let gatehouse: TestGatehouse;
let people: EveryCredential;
let routes: OfferedRoute[];

const leftovers = new Leftovers();
beforeAll(async () => {
  database = leftovers.add(await createDatabase(), (it) => it.drop());
  upstream = leftovers.add(await startRecordingUpstream(), (it) => it.close());
  owner = leftovers.add(new Client({ connectionString: database.url }), (it) => it.end());
  await owner.connect();
  const yaml = `
permissions: [scans.read]
upstreams:
  scanner: { url: "${upstream.url}", timeout: 10s }
routes:
  - { methods: [GET], path: "/scans/**", upstream: scanner, require: { permission: scans.read } }
  - { methods: [GET], path: /status, upstream: scanner, public: "status page" }
`;
  const options = { databaseUrl: database.url, env: everyCredentialEnv, yaml, waits: shippedWaits };
  gatehouse = leftovers.add(await startTestGatehouse(options), (it) => it.stop());
  people = await everyCredential(gatehouse);
  routes = recordedRoutes(gatehouse);
});
afterAll(() => leftovers.clear());

describe.each([
  {
    trail: 'that may not be written to',
    begin: `REVOKE INSERT ON gatehouse.audit_events FROM ${role}`,
    end: `GRANT INSERT ON gatehouse.audit_events TO ${role}`,
  },
  {
    trail: 'that refuses every record',
    begin: 'ALTER TABLE gatehouse.audit_events ADD CONSTRAINT full_up CHECK (false) NOT VALID',
    end: 'ALTER TABLE gatehouse.audit_events DROP CONSTRAINT full_up',
  },
  {
    trail: 'that somebody has locked',
    begin: 'BEGIN; LOCK TABLE gatehouse.audit_events IN EXCLUSIVE MODE',
    end: 'COMMIT',
  },
])('with a trail $trail, while everything can be looked up', ({ begin, end }) => {
  let seenBefore: number;
  beforeAll(async () => {
    ok(await scans(), 200);
    seenBefore = upstream.seen.length;
    await owner.query(begin);
  });

  it('no request is let through and none is refused: each gets 503, within two seconds', async () => {
    const before = performance.now();
    const { http } = gatehouse;
    const answers = await Promise.all([
      ...routes.map((route) => call(http, route, { token: people.session })),
      ...people.presented.map(({ headers }) => http.get('/scans', { headers })),
      ...people.presented.map(({ headers }) => http.get('/auth/me', { headers })),
      // Also where nobody is asked who they are.
      ...['/status', '/nowhere'].map((path) => http.get(path)),
    ]);
    expect(performance.now() - before).toBeLessThan(2000);
    expect(answers.length).toBeGreaterThan(50);
    expect(answers.filter(({ status }) => status !== 503)).toEqual([]);
    expect(answers.every(({ headers }) => Number(headers['retry-after']) > 0)).toBe(true);
  });

  it('nothing reaches the upstream, and nothing is changed', async () => {
    const keys = 'SELECT count(*)::int AS answer FROM gatehouse.api_keys';
    const before = await owner.query<{ answer: number }>(keys);
    const body = { name: 'unrecorded', scopes: ['keys.own'] };
    expect((await gatehouse.http.post('/auth/api-keys', { token: people.session, body })).status).toBe(503);
    expect((await owner.query<{ answer: number }>(keys)).rows).toEqual(before.rows);
    expect(upstream.seen.length).toBe(seenBefore);
  });

  it('everything works again as soon as it can be written to', async () => {
    await owner.query(end);
    await eventually(async () => (await scans()).status === 200);
    expect(upstream.seen.length).toBeGreaterThan(seenBefore);
    ok(await gatehouse.http.get('/status'), 200);
    ok(await gatehouse.http.get('/scans', { key: 'cspm_garbage' }), 401);
  });
});

describe('the outcome of a request that was let through', () => {
  it('is written as soon as the trail is there again', async () => {
    const letGo = upstream.hold();
    const correlationId = `outlives-an-outage-${Date.now()}`;
    const seenBefore = upstream.seen.length;
    const underWay = gatehouse.http.get('/scans/1', {
      token: people.session,
      headers: { 'x-correlation-id': correlationId },
    });
    await eventually(() => upstream.seen.length > seenBefore);
    await owner.query(`REVOKE INSERT ON gatehouse.audit_events FROM ${role}`);
    letGo();
    // It was let through while the trail could be written to.
    ok(await underWay, 200);
    ok(await scans(), 503);
    expect(await recorded(correlationId)).toEqual(['decision']);
    await owner.query(`GRANT INSERT ON gatehouse.audit_events TO ${role}`);
    await eventually(async () => (await recorded(correlationId)).length === 2);
    expect(await recorded(correlationId)).toEqual(['decision', 'outcome']);
  });
});

function scans() {
  return gatehouse.http.get('/scans', { key: people.key.key });
}

async function recorded(correlationId: string): Promise<string[]> {
  const text = 'SELECT kind FROM gatehouse.audit_events WHERE correlation_id = $1 ORDER BY at';
  return (await owner.query<{ kind: string }>(text, [correlationId])).rows.map(({ kind }) => kind);
}
