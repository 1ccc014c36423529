import fc from 'fast-check';
import { WindowCounters } from './window-counters.js';

/** Counters with a clock that the test moves. */
const start = (maxWindows?: number) => {
  const clock = { now: 0 };
  const counters = new WindowCounters(() => clock.now, maxWindows);
  const hit = (key: string, name = 'source') => counters.increment(key, 60_000, 3, 0, name);
  return { clock, counters, hit };
};

describe('a window', () => {
  it('counts up to its end, says how long that is, and then begins anew', async () => {
    const { clock, hit } = start();
    for (let hits = 1; hits <= 5; hits += 1) {
      const isBlocked = hits > 3;
      const timeToBlockExpire = isBlocked ? 60 : 0;
      expect(await hit('a')).toEqual({ totalHits: hits, timeToExpire: 60, isBlocked, timeToBlockExpire });
    }
    clock.now = 59_001;
    expect(await hit('a')).toMatchObject({ totalHits: 6, timeToExpire: 1 });
    clock.now = 60_000;
    expect(await hit('a')).toMatchObject({ totalHits: 1, timeToExpire: 60, isBlocked: false });
  });

  it('is one key’s and one limit’s own', async () => {
    const { hit } = start();
    await hit('a');
    expect(await hit('b')).toMatchObject({ totalHits: 1 });
    expect(await hit('a', 'identity')).toMatchObject({ totalHits: 1 });
    expect(await hit('a')).toMatchObject({ totalHits: 2 });
  });

  it('counts every hit between its beginning and its end, whenever they come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(40_000)), async (pauses) => {
        const { clock, hit } = start();
        let endsAt = 0;
        let hits = 0;
        for (const pause of pauses) {
          clock.now += pause;
          if (clock.now >= endsAt) [endsAt, hits] = [clock.now + 60_000, 0];
          expect(await hit('a')).toMatchObject({ totalHits: (hits += 1) });
        }
      }),
    );
  });
});

describe('a flood of keys', () => {
  it('takes no more memory than was set aside for it', async () => {
    const { counters, hit } = start(100);
    for (let key = 0; key < 1000; key += 1) {
      await hit(String(key));
      expect(counters.size).toBeLessThanOrEqual(100);
    }
  });

  it('pushes out what has ended, and nothing else when that is enough', async () => {
    const { clock, counters, hit } = start(10);
    for (let key = 0; key < 6; key += 1) await hit(`live ${key}`);
    for (let key = 0; key < 4; key += 1) await counters.increment(`brief ${key}`, 1000, 3, 0, 'source');
    clock.now = 1000;
    await hit('new');
    expect(counters.size).toBe(7);
    expect(await hit('live 0')).toMatchObject({ totalHits: 2 });
  });

  it('pushes out the oldest when all are live', async () => {
    const { hit } = start(10);
    for (let key = 0; key < 11; key += 1) await hit(String(key));
    expect(await hit('2')).toMatchObject({ totalHits: 2 });
    expect(await hit('1')).toMatchObject({ totalHits: 1 });
  });

  it('is not paid for with a walk over all keys at every hit: room is made for many at once', async () => {
    const { counters, hit } = start(100);
    for (let key = 0; key < 101; key += 1) await hit(String(key));
    expect(counters.size).toBe(90);
  });
});
