import { RateLimiter } from './rate-limiter.js';
import { WindowCounters } from './window-counters.js';

const limit = (requests: number) => ({ requests, windowMs: 60_000 });
const start = (source: number, attempts = source) =>
  new RateLimiter(new WindowCounters(() => 0), {
    source: limit(source),
    identity: limit(source),
    attempts: limit(attempts),
  });

describe('the rate limiter', () => {
  it('lets exactly as many through as the limit says', async () => {
    const limiter = start(3);
    const answers: (number | undefined)[] = [];
    for (let times = 0; times < 5; times += 1)
      answers.push((await limiter.source('192.0.2.1'))?.denial.status);
    expect(answers).toEqual([undefined, undefined, undefined, 429, 429]);
  });

  it('says of the first refusal of a window that it is the first', async () => {
    const limiter = start(1);
    await limiter.identity('key-1');
    expect(await limiter.identity('key-1')).toMatchObject({ first: true });
    expect(await limiter.identity('key-1')).toMatchObject({ first: false });
    expect(await limiter.identity('key-2')).toBeUndefined();
  });

  it('counts guesses at a secret by a limit of their own as well, whichever is stricter', async () => {
    const strictDoor = start(10, 1);
    expect(await strictDoor.source('192.0.2.1', true)).toBeUndefined();
    expect(await strictDoor.source('192.0.2.1', true)).toMatchObject({ first: true });
    expect(await strictDoor.source('192.0.2.2', true)).toBeUndefined();
    expect(await strictDoor.source('192.0.2.1')).toBeUndefined();

    const strictHouse = start(1, 10);
    await strictHouse.source('192.0.2.1', true);
    expect(await strictHouse.source('192.0.2.1', true)).toMatchObject({ first: true });
  });

  it('counts the addresses that one IPv6 client can choose from as one source, and IPv4 addresses each', async () => {
    const limiter = start(1);
    await limiter.source('2001:db8:1:2::1');
    expect(await limiter.source('2001:db8:1:2:ffff::9')).toMatchObject({ first: true });
    expect(await limiter.source('2001:db8:1:3::1')).toBeUndefined();
    await limiter.source('192.0.2.1');
    expect(await limiter.source('192.0.2.2')).toBeUndefined();
  });

  it('counts sources and identities apart, also when they are called alike', async () => {
    const limiter = start(1);
    expect(await limiter.source('a')).toBeUndefined();
    expect(await limiter.identity('a')).toBeUndefined();
  });
});
