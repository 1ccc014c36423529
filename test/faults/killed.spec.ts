import { Client } from 'pg';
import { eventually } from '../harness/eventually.js';
import { makeInstallation, type Installation, type Running } from '../harness/installation.js';
import { Leftovers } from '../harness/leftovers.js';
import { startLoad, type Load, type Shot, type Target } from '../harness/load.js';
import { makeKey } from '../harness/people.js';
import type { Ended } from '../harness/program.js';
import { proxied } from '../harness/proxied.js';
import { startRecordingUpstream, type RecordingUpstream } from '../harness/recording-upstream.js';

const clients = 16;

let upstream: RecordingUpstream;
let installation: Installation;
let trail: Client;
let running: Running;
let key: string;
/** Whether the process still runs that the test before has used. */
let alive = false;

const leftovers = new Leftovers();
beforeAll(async () => {
  upstream = leftovers.add(await startRecordingUpstream(), (it) => it.close());
  installation = leftovers.add(await makeInstallation({ yaml: yaml(upstream.url) }), (it) => it.remove());
  trail = leftovers.add(new Client({ connectionString: installation.database.url }), (it) => it.end());
  await trail.connect();
  running = await installation.start();
  alive = true;
  key = (await makeKey(running.http, await running.logIn(), ['scans.read'])).key;
});
afterAll(() => leftovers.clear());

beforeEach(async () => {
  if (!alive) running = await installation.start();
  alive = true;
});

it('as many requests as there were, so many decisions are in the trail, and an outcome for each that was let through', async () => {
  const load = startLoad(running.url, clients, everyTarget());
  await eventually(() => load.shots.length >= 300);
  load.stop();
  await load.over;
  expect(new Set(load.shots.map(({ status }) => status))).toEqual(new Set([200, 401, 403, 404]));

  const records = await eventually(async () => {
    const found = await recordsOf(load.shots);
    return found.every(({ decisions, outcomes }) => decisions[0] === 'deny' || outcomes.length > 0) && found;
  });
  expect(records.length).toBe(load.shots.length);
  for (const { status, decisions, outcomes } of records) {
    expect(decisions).toEqual([status === 200 ? 'allow' : 'deny']);
    expect(outcomes).toEqual(status === 200 ? [200] : []);
  }
});

it('killed in the middle of it, nothing that was answered and nothing that was done is missing from the trail', async () => {
  const load = startLoad(running.url, clients, everyTarget());
  const seenBefore = upstream.seen.length;
  await eventually(() => load.shots.length >= 300);
  await end('SIGKILL');
  await load.over;

  const done = upstream.seen.slice(seenBefore);
  expect(done.length).toBeGreaterThan(0);
  const answered = (await recordsOf(load.shots)).filter(({ status }) => status !== undefined);
  expect(answered.filter(({ decisions }) => decisions.length !== 1)).toEqual([]);
  const allowed = await recordsOf(done.map((id) => ({ id })));
  expect(allowed.filter(({ decisions }) => decisions[0] !== 'allow')).toEqual([]);

  // The next start finds what the killed one has left.
  running = await installation.start();
  alive = true;
  expect((await running.http.get('/scans', { key })).status).toBe(200);
});

it('told to stop in the middle of it, it answers what it has begun, writes down how it ended, and goes', async () => {
  const seenBefore = upstream.seen.length;
  const load = startLoad(running.url, clients, [{ path: '/scans', headers: { 'x-api-key': key } }]);
  await eventually(() => load.shots.length >= 100);
  const letGo = upstream.hold();
  await eventually(() => upstream.seen.length - seenBefore === load.shots.length + clients);
  const underWay = new Set(upstream.seen.slice(-clients));
  const ended = end('SIGTERM');
  await eventually(() => refusesConnections(running.url));
  expect(load.shots.filter(({ id }) => underWay.has(id))).toEqual([]);
  letGo();

  expect(await ended).toEqual({ code: 0, signal: null });
  await load.over;
  const statuses = load.shots.filter(({ id }) => underWay.has(id)).map(({ status }) => status);
  expect(statuses).toEqual(Array.from({ length: clients }, () => 200));
  await expectNobodyWasCutOff(load);
});

it('told to stop while requests keep coming, it cuts nobody off whose request it has taken', async () => {
  const load = startLoad(running.url, clients, everyTarget());
  await eventually(() => load.shots.length >= 200);
  expect(await end('SIGTERM')).toEqual({ code: 0, signal: null });
  await load.over;
  await expectNobodyWasCutOff(load);
});

it('told to stop while the database can not be reached, it goes all the same', async () => {
  const { proxy, url } = await proxied(installation.database.url);
  try {
    const cutOff = await installation.start({ DATABASE_URL: url });
    const id = 'the-last-before-the-black-hole';
    expect((await cutOff.http.get('/scans', { key, headers: { 'x-correlation-id': id } })).status).toBe(200);
    await eventually(async () => (await recordsOf([{ id }]))[0]?.outcomes.length === 1);
    // That one's been acknowledged when another has been written after it. Now the trail owes nothing.
    expect((await cutOff.http.get('/scans')).status).toBe(401);
    proxy.mode('blackhole');
    expect((await cutOff.http.get('/scans', { key })).status).toBe(503);
    expect(await cutOff.program.end('SIGTERM', 10_000)).toEqual({ code: 0, signal: null });
  } finally {
    await proxy.close();
  }
});

function end(signal: NodeJS.Signals): Promise<Ended> {
  alive = false;
  return running.program.end(signal);
}

/** Requests that are let through at every door, and such as are refused for different reasons. */
function everyTarget(): Target[] {
  const own = { 'x-api-key': key };
  return [
    { path: '/scans', headers: own },
    { path: '/auth/me', headers: own },
    { path: '/status', headers: {} },
    { path: '/scans', headers: {} },
    { path: '/scans', headers: { 'x-api-key': 'cspm_garbage' } },
    { path: '/admin/users', headers: own },
    { path: '/nowhere', headers: own },
  ];
}

/** Whoever was let through got their whole answer, and how it ended is in the trail. */
async function expectNobodyWasCutOff(load: Load): Promise<void> {
  const records = await recordsOf(load.shots);
  expect(
    records.filter(({ status, decisions }) => (status !== undefined) !== (decisions.length === 1)),
  ).toEqual([]);
  const allowed = records.filter(({ decisions }) => decisions[0] === 'allow');
  expect(allowed.length).toBeGreaterThan(0);
  expect(allowed.filter(({ status, outcomes }) => outcomes.length !== 1 || outcomes[0] !== status)).toEqual(
    [],
  );
}

interface Recorded extends Shot {
  readonly decisions: readonly string[];
  readonly outcomes: readonly number[];
}

/** What the trail says of each. */
async function recordsOf(shots: readonly Shot[]): Promise<Recorded[]> {
  const { rows } = await trail.query<{ id: string; decisions: string[]; outcomes: number[] }>(
    `SELECT correlation_id AS id,
       coalesce(array_agg(decision) FILTER (WHERE kind = 'decision'), '{}') AS decisions,
       coalesce(array_agg(status) FILTER (WHERE kind = 'outcome'), '{}') AS outcomes
     FROM gatehouse.audit_events WHERE correlation_id = ANY($1) GROUP BY correlation_id`,
    [shots.map(({ id }) => id)],
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return shots.map((shot) => ({ decisions: [], outcomes: [], ...found.get(shot.id), ...shot }));
}

function refusesConnections(url: string): Promise<boolean> {
  return fetch(`${url}/health/live`, { headers: { connection: 'close' } }).then(
    () => false,
    () => true,
  );
}

function yaml(upstreamUrl: string): string {
  return `
permissions: [scans.read]
upstreams:
  scanner: { url: "${upstreamUrl}", timeout: 30s }
routes:
  - { methods: [GET], path: "/scans/**", upstream: scanner, require: { permission: scans.read } }
  - { methods: [GET], path: /status, upstream: scanner, public: "status page" }
rate_limits:
  source: { requests: 1000000, window: 1m }
  identity: { requests: 1000000, window: 1m }
`;
}
