import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { eventually } from '../harness/eventually.js';
import { startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { Leftovers } from '../harness/leftovers.js';
import { makeKey, ok } from '../harness/people.js';
import { proxied } from '../harness/proxied.js';
import type { TcpProxy } from '../harness/tcp-proxy.js';

const redisUrl = new URL(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
const port = Number(redisUrl.port || 6379);
const limit = 6;
/** What Redis may take at most each time it is asked, which is at least once a request. */
const budgetMs = 100;
const fastMs = 1000;

// The limits are per identity, and every test makes itself one: runs on the same Redis don't count each other's requests.
describe('two replicas that share a Redis', () => {
  let proxy: TcpProxy | undefined;
  const leftovers = new Leftovers();
  let replicas: readonly [TestGatehouse, TestGatehouse] | undefined;

  beforeAll(async () => {
    if (!(await isThere())) {
      const message = `no Redis answers at ${redisUrl.hostname}:${port}`;
      if (process.env.REQUIRE_REDIS === '1')
        throw new Error(`${message}, and REQUIRE_REDIS says that there must be one`);
      console.warn(`SKIPPED: ${message}: limits shared between replicas are not tested.`);
      return;
    }
    const behind = leftovers.add(await proxied(redisUrl.href), (it) => it.proxy.close());
    proxy = behind.proxy;
    const options = { env: { REDIS_URL: behind.url }, yaml };
    const first = leftovers.add(await startTestGatehouse(options), (it) => it.stop());
    const second = await startTestGatehouse({ ...options, databaseUrl: first.databaseUrl });
    replicas = [first, leftovers.add(second, (it) => it.stop())];
  });
  afterAll(() => leftovers.clear());

  const withRedis = (
    sentence: string,
    test: (proxy: TcpProxy, both: readonly [TestGatehouse, TestGatehouse]) => Promise<void>,
  ) =>
    it(sentence, async () => {
      // Said plainly when the tests began.
      if (proxy !== undefined && replicas !== undefined) await test(proxy, replicas);
    });

  withRedis(
    'count as one: what is left at one of them is what is left at the other',
    async (_proxy, [one, other]) => {
      const ask = await newcomer(one);
      expect(await inTurn([one, other], limit, ask)).toEqual(Array.from({ length: limit }, () => 200));
      expect(await inTurn([one, other], 4, ask)).toEqual([429, 429, 429, 429]);
    },
  );

  describe.each(['refuse', 'reset', 'blackhole'] as const)('while their Redis is away (%s)', (mode) => {
    withRedis(
      'each keeps the limit by its own count, decides rightly, and stays fast',
      async (redis, both) => {
        const [one, other] = both;
        const ask = await newcomer(one);
        redis.mode(mode);
        const own = [...Array.from({ length: limit }, () => 200), 429];
        expect(await inTurn([one], limit + 1, ask)).toEqual(own);
        expect(await inTurn([other], limit + 1, ask)).toEqual(own);
        const stranger = (gatehouse: TestGatehouse) =>
          gatehouse.http.get('/auth/me', { key: 'cspm_garbage' });
        expect(await inTurn(both, 4, stranger)).toEqual([401, 401, 401, 401]);
        // Soon it isn't waited for any more.
        await eventually(async () => {
          const before = performance.now();
          await inTurn(both, 10, stranger);
          return performance.now() - before < 10 * budgetMs;
        });
      },
    );

    withRedis('they count as one again when it is back', async (redis, both) => {
      redis.mode('pass');
      await eventually(async () => {
        const statuses = await inTurn(both, limit + 2, await newcomer(both[0]));
        return statuses.filter((status) => status === 200).length === limit;
      });
    });
  });
});

const yaml = `
permissions: [scans.read]
upstreams:
  scanner: { url: example, timeout: 5s }
routes:
  - { methods: [GET], path: "/scans/**", upstream: scanner, require: { permission: scans.read } }
rate_limits:
  source: { requests: 1000000, window: 1m }
  identity: { requests: ${limit}, window: 1m }
`;

type Ask = (gatehouse: TestGatehouse) => Promise<{ readonly status: number }>;

/** Somebody whom no counter knows yet. */
async function newcomer(gatehouse: TestGatehouse): Promise<Ask> {
  const { http } = gatehouse;
  const email = `${randomUUID()}@example.test`;
  const password = 'a long enough passphrase';
  const body = { email, name: 'Newcomer', role: 'member', password };
  ok(await http.post('/admin/users', { token: await ownersSession(gatehouse), body }), 201);
  const session = ok(await http.post('/auth/login', { body: { email, password } }), 200).body as {
    access_token: string;
  };
  const { key } = await makeKey(http, session.access_token, ['scans.read']);
  return (at) => at.http.get('/auth/me', { key });
}

/** One that hasn't been counted: the harness's own would soon be used up. */
async function ownersSession({ http }: TestGatehouse): Promise<string> {
  const body = { email: 'admin@example.test', password: 'correct horse battery staple' };
  return (ok(await http.post('/auth/login', { body }), 200).body as { access_token: string }).access_token;
}

/** Asks at each in turn, one after the other, and none may take long. @returns the statuses */
async function inTurn(gatehouses: readonly TestGatehouse[], times: number, ask: Ask): Promise<number[]> {
  const statuses: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const before = performance.now();
    const { status } = await ask(gatehouses[turn % gatehouses.length]!);
    expect(performance.now() - before).toBeLessThan(fastMs);
    statuses.push(status);
  }
  return statuses;
}

function isThere(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, redisUrl.hostname);
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
