import path from 'node:path';
import { shippedWaits } from '../../src/commands/waits.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/storage/embedded-postgres.js';
import { clusterFolder, type ClusterFolder } from '../harness/cluster-folder.js';
import { eventually } from '../harness/eventually.js';
import { aCrowd, everyRequest, everyRoute, sendAll, type TimedAnswer } from '../harness/every-request.js';
import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { Leftovers } from '../harness/leftovers.js';
import { makeKey, ok } from '../harness/people.js';
import {
  everyCredential,
  everyCredentialEnv,
  type EveryCredential,
  type Presented,
} from '../harness/presented.js';
import { proxied } from '../harness/proxied.js';
import { startRecordingUpstream, type RecordingUpstream } from '../harness/recording-upstream.js';
import type { TcpProxy } from '../harness/tcp-proxy.js';

const answerWithinMs = 2000;
const recoverWithinMs = 10_000;

let folder: ClusterFolder;
let cluster: EmbeddedPostgres;
let proxy: TcpProxy;
let upstream: RecordingUpstream;
/** Reaches the database through the proxy. */
let distant: TestGatehouse;
/** A replica that reaches it directly. */
let near: TestGatehouse;
let people: EveryCredential;

const leftovers = new Leftovers();
beforeAll(async () => {
  folder = leftovers.add(await clusterFolder(), (it) => it.remove());
  upstream = leftovers.add(await startRecordingUpstream(), (it) => it.close());
  await startCluster();
  const behind = leftovers.add(await proxied(cluster.url), (it) => it.proxy.close());
  proxy = behind.proxy;
  near = await start(cluster.url);
  distant = await start(behind.url);
  // The first to be undone: through a black hole nobody stops quickly.
  leftovers.add(proxy, pass);
  people = await everyCredential(distant);
});
afterAll(() => leftovers.clear());

it('as long as there is a database, the same requests get other answers', async () => {
  const answers = await sendAll(everyRequest(distant, people, people.ownersKey));
  const statuses = answers.map(({ status }) => status);
  expect(statuses).toEqual(expect.arrayContaining([200, 401, 403, 404]));
  expect(statuses).not.toContain(503);
  expect(upstream.seen).not.toEqual([]);
});

describe.each<Fault>([
  { database: 'that refuses connections', of: () => distant, begin: () => proxy.mode('refuse'), end: pass },
  { database: 'that resets connections', of: () => distant, begin: () => proxy.mode('reset'), end: pass },
  {
    database: 'that has become a black hole',
    of: () => distant,
    begin: () => proxy.mode('blackhole'),
    end: pass,
  },
  { database: 'whose server was stopped', of: () => near, begin: () => cluster.stop(), end: startCluster },
])('with a database $database', ({ of, begin, end }) => {
  let gatehouse: TestGatehouse;
  let answers: TimedAnswer[];
  let seenBefore: number;
  beforeAll(async () => {
    gatehouse = of();
    // Connections are open and in use when it happens.
    ok(await gatehouse.http.get('/admin/users', { token: people.session }), 200);
    seenBefore = upstream.seen.length;
    await begin();
    const everything = everyRequest(gatehouse, people, { token: people.session });
    // The crowd comes first: while connections are still being found broken.
    answers = [...(await sendAll(aCrowd(gatehouse, people))), ...(await sendAll(everything))];
  });

  it('every request that would have to be judged or written down gets 503, and is told to come again', () => {
    expect(answers.length).toBeGreaterThan(200);
    expect(answers.filter(({ status }) => status !== 503)).toEqual([]);
    for (const { headers, body } of answers) {
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(headers['content-type']).toBe('application/problem+json');
      expect(headers['x-correlation-id']).toBe(body.correlation_id);
      expect(headers).not.toHaveProperty('www-authenticate');
      expect(headers).not.toHaveProperty('x-tenant-id');
    }
  });

  it('all of them within two seconds, however many come at once', () => {
    expect(answers.filter(({ tookMs }) => tookMs >= answerWithinMs)).toEqual([]);
  });

  it('all of them the same, whoever asks and whether or not an account exists', () => {
    const said = answers.map(({ body: { correlation_id: _, ...rest } }) => JSON.stringify(rest));
    expect([...new Set(said)]).toEqual([expect.stringContaining('"UNAVAILABLE"')]);
  });

  it('nothing reaches the upstream', () => {
    expect(upstream.seen.length).toBe(seenBefore);
  });

  it('the process is alive but not ready, and still says what needs no database', async () => {
    expect((await gatehouse.http.get('/health/live')).status).toBe(200);
    const before = performance.now();
    expect((await gatehouse.http.get('/health/ready')).status).toBe(503);
    expect(performance.now() - before).toBeLessThan(answerWithinMs);
    expect((await gatehouse.http.get('/.well-known/jwks.json')).status).toBe(200);
  });

  it('it recovers by itself within ten seconds, and then everybody gets their answer', async () => {
    await end();
    await eventually(async () => (await gatehouse.http.get('/health/ready')).status === 200, recoverWithinMs);
    await eventually(
      async () => (await sendAll(everyRoute(gatehouse, people.ownersKey))).every(isServed),
      recoverWithinMs,
    );
    const settled = await sendAll(aCrowd(gatehouse, people));
    expect(settled.filter(({ status }) => status !== 200)).toEqual([]);
  });
});

it('with a database that comes and goes, silence is never taken for a yes or a no', async () => {
  const statuses = new Map(people.presented.map(({ name }) => [name, new Set<number>()]));
  const ask = async ({ name, headers }: Presented) => {
    statuses.get(name)?.add((await distant.http.get('/scans', { headers })).status);
  };
  const round = () => Promise.all(people.presented.map(ask));
  await round();
  const settled = new Map([...statuses].map(([name, seen]) => [name, [...seen]]));
  for (const mode of ['refuse', 'reset', 'blackhole'] as const) {
    // The change comes while requests are under way, in both directions.
    const rounds = [round()];
    proxy.mode(mode);
    rounds.push(round());
    await Promise.all(rounds);
    const more = round();
    proxy.mode('pass');
    await Promise.all([more, round()]);
  }
  for (const [name, seen] of statuses) {
    expect({ name, others: [...seen].filter((status) => status !== 503) }).toEqual({
      name,
      others: settled.get(name),
    });
  }
  expect([...settled.values()].flat()).toEqual(expect.arrayContaining([200, 400, 401]));
});

describe('a replica that was cut off', () => {
  it('decides nothing by what it knew before: a key revoked meanwhile is refused at its return', async () => {
    const { key, id } = await makeKey(near.http, people.keyOwnerToken, ['scans.read']);
    ok(await distant.http.get('/scans', { key }), 200);
    proxy.mode('blackhole');
    ok(await near.http.delete(`/auth/api-keys/${id}`, { token: people.keyOwnerToken }), 204);
    ok(await distant.http.get('/scans', { key }), 503);
    proxy.mode('pass');
    const first = await eventually(async () => {
      const answer = await distant.http.get('/scans', { key });
      return answer.status !== 503 && answer.status;
    }, recoverWithinMs);
    expect(first).toBe(401);
  });

  it('recovers also when its connections are never heard of again', async () => {
    ok(await distant.http.get('/admin/users', { token: people.session }), 200);
    proxy.forget();
    let answers: TimedAnswer[] = [];
    const recovers = eventually(async () => {
      answers = await sendAll(everyRoute(distant, people.ownersKey));
      return answers.every(isServed);
    }, recoverWithinMs);
    await recovers.catch(() => expect(answers.filter((answer) => !isServed(answer))).toEqual([]));
  });
});

interface Fault {
  readonly database: string;
  readonly of: () => TestGatehouse;
  readonly begin: () => void | Promise<void>;
  readonly end: () => void | Promise<void>;
}

function isServed({ status, tookMs }: TimedAnswer): boolean {
  return status < 500 && tookMs < answerWithinMs;
}

function pass(): void {
  proxy.mode('pass');
}

async function startCluster(): Promise<void> {
  cluster = folder.watch(await startEmbeddedPostgres(path.join(folder.path, 'cluster'), { fsync: false }));
}

async function start(databaseUrl: string): Promise<TestGatehouse> {
  const options = { databaseUrl, env: everyCredentialEnv, yaml: yaml(upstream.url), waits: shippedWaits };
  return leftovers.add(await startTestGatehouse(options), (it) => it.stop());
}

function yaml(upstreamUrl: string): string {
  return `
permissions: [scans.read]
trusted_proxies: [127.0.0.1/32]
upstreams:
  scanner: { url: "${upstreamUrl}", timeout: 5s }
routes:
  - { methods: [GET], path: "/scans/**", upstream: scanner, require: { permission: scans.read } }
  - { methods: [GET], path: /status, upstream: scanner, public: "status page" }
rate_limits:
  source: { requests: 1000000, window: 1m }
  identity: { requests: 1000000, window: 1m }
  attempts: { requests: 1000000, window: 1m }
`;
}
